"""reference, references and the list functions, unknown and answered."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import TemplateFaults, Unknown, evaluate, evaluate_expression

_ID = "/subscriptions/s/resourceGroups/g/providers/A.B/c/n"
_OWN = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/resource-group/providers/A.B/c/n"


def test_an_unanswered_reference_is_a_closed_expression() -> None:
    """Parameters and computed ids stand in it as values, so that it can be evaluated again by itself."""
    value = evaluate_expression(
        "[concat(parameters('p'), reference(resourceId('s', 'g', 'A.B/c', 'n'), '2020-01-01', 'full').x[add(0, 1)])]",
        parameters={"p": "it's"},
    )
    assert isinstance(value, Unknown)
    assert value.expression == f"concat('it''s', reference('{_ID}', '2020-01-01', 'full').x[1])"
    assert "state" in value.reason


def test_an_answered_reference_gives_properties_or_all(runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """Without 'Full' the properties, with it the whole; the version is passed on."""
    cloud = runtime({_ID: {"id": _ID, "properties": {"x": 1}}}, {"listKeys": {"keys": ["k"]}})
    assert evaluate_expression(f"[reference('{_ID}', '1').x]", runtime=cloud) == 1
    assert evaluate_expression(f"[reference('{_ID}', '1', 'Full').id]", runtime=cloud) == _ID
    assert evaluate_expression(f"[listKeys('{_ID}', '2').keys[0]]", runtime=cloud) == "k"
    assert cloud.asked == [(_ID, "1", False), (_ID, "1", True), (f"{_ID}/listKeys", "2", False)]


def test_a_resource_of_the_template_is_named_by_name_and_lends_its_version(
    template: Callable[..., dict[str, Any]],
    runtime: Any,  # noqa: ANN401 - a class of conftest
) -> None:
    """`reference('n')` finds the template's resource, and uses its API version."""
    given = template(
        resources=[{"type": "A.B/c", "apiVersion": "2020-01-01", "name": "n"}],
        outputs={"o": {"type": "int", "value": "[reference('N').x]"}},
    )
    cloud = runtime({_OWN: {"properties": {"x": 7}}})
    deployment = evaluate(given)
    assert deployment.finish(deployment.outputs["o"], cloud).value == 7
    assert cloud.asked == [(_OWN, "2020-01-01", False)]


@pytest.mark.parametrize(
    "expression",
    [
        "[reference('nosuch')]",
        "[reference(resourceId('A.B/c', 'other')).x]",
        "[references('nosuch')]",
        "[reference('n', '1', 'Half')]",
    ],
)
def test_what_cannot_be_found_is_a_fault_at_once(template: Callable[..., dict[str, Any]], expression: str) -> None:
    """A name that is not in the template, and an id outside of it without an API version."""
    resources = [{"type": "A.B/c", "apiVersion": "1", "name": "n"}]
    with pytest.raises(TemplateFaults):
        evaluate(template(resources=resources, outputs={"o": {"type": "object", "value": expression}}))


def test_references_gives_the_loop_in_order_without_what_is_left_out(
    template: Callable[..., dict[str, Any]],
    runtime: Any,  # noqa: ANN401 - a class of conftest
) -> None:
    """Instances with a false condition are skipped; inside a copy loop the function is refused."""
    loop = {
        "type": "A.B/c",
        "apiVersion": "1",
        "name": "[concat('n', copyIndex())]",
        "condition": "[not(equals(copyIndex(), 1))]",
        "copy": {"name": "l", "count": 3},
    }
    given = template(
        languageVersion="2.0", resources={"all": loop}, outputs={"o": {"type": "array", "value": "[references('all')]"}}
    )
    deployment = evaluate(given)
    cloud = runtime({f"{_OWN}{index}": {"properties": index} for index in range(3)})
    assert deployment.finish(deployment.outputs["o"], cloud).value == [0, 2]
    inside = template(languageVersion="2.0", resources={"all": {**loop, "properties": {"x": "[references('all')]"}}})
    with pytest.raises(TemplateFaults, match="copy loop"):
        evaluate(inside)


def test_the_plain_list_function_is_one_of_them() -> None:
    """`list(...)` asks the resource's `list` action."""
    assert isinstance(evaluate_expression(f"[list('{_ID}', '1')]"), Unknown)


def test_what_the_template_says_of_a_resource_is_known_at_once(template: Callable[..., dict[str, Any]]) -> None:
    """`resourceInfo`, as Bicep emits it for symbolic names, needs no answer; a name that is not there is a fault."""
    loop = {"name": "loop", "count": 2}
    declared = {
        "other": {"existing": True, "type": "A.B/c", "apiVersion": "1", "name": "n"},
        "loop": {"copy": loop, "type": "A.B/d", "apiVersion": "2", "name": "[concat(copyIndex())]"},
    }
    outputs = {
        "other": {"type": "object", "value": "[resourceInfo('other')]"},
        "turn": {"type": "string", "value": "[resourceInfo('loop[1]').name]"},
    }
    given = template(languageVersion="2.0", resources=declared, outputs=outputs)
    values = {name: output.value for name, output in evaluate(given).outputs.items()}
    assert values == {"other": {"id": _OWN, "name": "n", "type": "A.B/c", "apiVersion": "1"}, "turn": "1"}
    with pytest.raises(TemplateFaults, match="symbolic name 'nosuch'"):
        evaluate_expression("[resourceInfo('nosuch').id]")
