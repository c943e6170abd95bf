"""Placeholders of published templates."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import Fault, TemplateFaults, evaluate, parse_json
from armtemplate.json_types import Value
from armtemplate.placeholders import tokens

type Make = Callable[..., dict[str, Any]]
type FaultsOf = Callable[[Callable[[], Value]], tuple[Fault, ...]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<region>", ["<region>"]),
        ("/subscriptions/<subscriptionID>/resourceGroups/<rg name>", ["<subscriptionID>", "<rg name>"]),
        ("dep-<<namePrefix>>sa", ["<<namePrefix>>"]),
        ("[resourceId('<rg>', 'A.B/c', 'n')]", ["<rg>"]),
        ("<html></html>", []),
        ("a <b> c", []),
        ("x<y>z", []),
        ("a < b > c", []),
        ("<1a>", []),
        ("cat <<EOF", []),
        ("echo > /dev/null < in", []),
    ],
)
def test_a_token_fills_a_segment_and_markup_is_none(text: str, found: list[str]) -> None:
    """Script redirections, comparisons, elements and here-documents are left alone."""
    assert [text[start:end] for start, end in tokens(text)] == found


def test_tokens_are_filled_by_name_in_values_and_names(template: Make) -> None:
    """A value given under the token's name, in any case, takes its place; script lines and prose stay."""
    body = {
        "type": "Microsoft.VirtualMachineImages",
        "location": "<Region>",
        "identity": {"userAssignedIdentities": {"<id>": {}}},
        "properties": {"customize": [{"inline": ["cat <region>"]}], "description": "<prose>"},
    }
    (resource,) = evaluate(body, parameters={"region": "westeurope", "id": "/i"}).resources
    assert resource.body["location"] == "westeurope"
    assert resource.body["identity"] == {"userAssignedIdentities": {"/i": {}}}
    assert resource.body["properties"] == {"customize": [{"inline": ["cat <region>"]}], "description": "<prose>"}


def test_a_default_that_a_given_value_replaces_may_hold_a_token(template: Make) -> None:
    """Nobody reads it; without the value it is a fault."""
    given = template(parameters={"p": {"type": "string", "defaultValue": "<your name>"}})
    assert evaluate(given, parameters={"p": "x"}).parameters == {"p": "x"}
    with pytest.raises(TemplateFaults, match="your name"):
        evaluate(given)


def test_each_token_that_is_left_is_a_fault_with_its_place(faults_of: FaultsOf) -> None:
    """The line is that of the token; a bare one counts like one in quotes."""
    document = parse_json('{"type": "imageTemplates",\n"location": <region>,\n"properties": {"x": "/a/<b>/<c>"}}')
    faults = faults_of(lambda: evaluate(document))
    assert [(fault.line, fault.json_path) for fault in faults] == [
        (2, "location"),
        (3, "properties.x"),
        (3, "properties.x"),
    ]
    assert "give a value for 'region'" in faults[0].message


def test_a_token_without_quotes_becomes_what_fills_it() -> None:
    """A number or a word where JSON has no quotes is one, however it was given; in quotes it stays text."""
    text = (
        '{"type": "Microsoft.VirtualMachineImages", "apiVersion": "2022-02-14", "location": <region>,'
        ' "properties": {"buildTimeoutInMinutes": <minutes>, "x": <on>, "y": "<minutes>", "z": <size>}}'
    )
    given = {"region": "westeurope", "minutes": 80, "on": True, "size": "30"}
    (resource,) = evaluate(parse_json(text), parameters=given).resources
    assert resource.body == {
        "location": "westeurope",
        "properties": {"buildTimeoutInMinutes": 80, "x": True, "y": "80", "z": 30},
    }
