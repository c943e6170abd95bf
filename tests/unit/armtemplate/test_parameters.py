"""Parameters: declared, given, defaulted, checked."""

from collections.abc import Callable
from typing import Any

import pytest

from armtemplate import Fault, TemplateFaults, Unknown, evaluate, parse_json, parse_parameters
from armtemplate.json_types import Value

type Make = Callable[..., dict[str, Any]]
type FaultsOf = Callable[[Callable[[], Value]], tuple[Fault, ...]]


def test_all_faults_come_at_once(template: Make, faults_of: FaultsOf) -> None:
    """What is missing, of the wrong kind, not allowed and not declared is told together."""
    given = template(
        parameters={
            "a": {"type": "string"},
            "b": {"type": "int"},
            "c": {"type": "string", "allowedValues": ["x"]},
            "d": {"type": "nonsense"},
            "e": {"type": "string", "defaultValue": "[nosuch()]"},
        }
    )
    faults = faults_of(lambda: evaluate(given, parameters={"b": "1", "c": "y", "z": 1}))
    assert {fault.json_path for fault in faults} == {
        "parameters",
        "parameters.a",
        "parameters.b",
        "parameters.c",
        "parameters.d",
        "parameters.e.defaultValue",
    }


def test_a_faulty_parameter_is_told_once(template: Make, faults_of: FaultsOf) -> None:
    """What depends on it is not faulted again."""
    given = template(
        parameters={"p": {"type": "string"}},
        variables={"v": "[concat(parameters('p'), 'x')]"},
        outputs={"o": {"type": "string", "value": "[toUpper(variables('v'))]"}},
        resources=[{"type": "A.B/c", "apiVersion": "1", "name": "[parameters('p')]"}],
    )
    assert len(faults_of(lambda: evaluate(given))) == 1


def test_defaults_may_use_each_other_in_any_order(template: Make) -> None:
    """Parameters are looked up by name, without regard to case or order."""
    given = template(
        parameters={
            "a": {"type": "string", "defaultValue": "[concat(PARAMETERS('B'), '!')]"},
            "b": {"type": "String", "defaultValue": "x"},
        }
    )
    assert evaluate(given).parameters == {"a": "x!", "b": "x"}


@pytest.mark.parametrize("expression", ["[parameters('a')]", "[variables('v')]", "[reference('x')]", "[copyIndex()]"])
def test_what_a_default_may_not_use_is_a_fault(template: Make, expression: str) -> None:
    """Not itself, no variables, nothing that only a deployed resource can tell."""
    given = template(parameters={"a": {"type": "string", "defaultValue": expression}}, variables={"v": "x"})
    with pytest.raises(TemplateFaults):
        evaluate(given)


def test_given_values_are_literal_and_found_without_regard_to_case(template: Make) -> None:
    """Brackets in a given value mean nothing; `P` is `p`."""
    given = template(
        parameters={"p": {"type": "string"}}, outputs={"o": {"type": "string", "value": "[parameters('p')]"}}
    )
    assert evaluate(given, parameters={"P": "[[x()]"}).outputs["o"].value == "[[x()]"


def test_null_is_for_nullable_parameters_alone(template: Make) -> None:
    """A nullable parameter without a value is null; null for another is of the wrong kind."""
    assert evaluate(template(parameters={"p": {"type": "string", "nullable": True}})).parameters == {"p": None}
    with pytest.raises(TemplateFaults, match="Null"):
        evaluate(template(parameters={"p": {"type": "string", "defaultValue": "x"}}), parameters={"p": None})


def test_an_array_fits_when_each_item_is_allowed(template: Make) -> None:
    """Allowed values hold for the items of an array."""
    given = template(parameters={"p": {"type": "array", "allowedValues": ["a", "b"]}})
    assert evaluate(given, parameters={"p": ["b"]}).parameters == {"p": ["b"]}
    with pytest.raises(TemplateFaults, match="allowed"):
        evaluate(given, parameters={"p": ["c"]})


def test_a_secret_is_not_told(template: Make) -> None:
    """What does not fit a secure declaration is a fault without its value."""
    given = template(parameters={"p": {"type": "secureString", "allowedValues": ["x"]}})
    with pytest.raises(TemplateFaults) as caught:
        evaluate(given, parameters={"p": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"$schema": "x", "contentVersion": "1", "parameters": {"a": {"value": 1}}}, {"a": 1}),
        ({"parameters": {"a": {"value": 1}}}, {"a": 1}),
        ({"a": {"value": 1}, "b": {"value": None}}, {"a": 1, "b": None}),
        ({"a": 1, "b": {"value": 2}}, {"a": 1, "b": {"value": 2}}),
        ({"parameters": {"a": 1}}, {"parameters": {"a": 1}}),
        (
            {
                "$schema": "x",
                "parameters": {"a": {"expression": "[externalInputs('i')]"}},
                "externalInputs": {"i": {"value": 5}},
            },
            {"a": 5},
        ),
    ],
)
def test_parameter_files_and_plain_mappings_give_values(file: dict[str, Any], expected: dict[str, Any]) -> None:
    """ARM's own format with and without envelope, expressions over external inputs, or names with values."""
    assert parse_parameters(file) == expected


def test_a_key_vault_secret_is_unknown_until_somebody_answers(template: Make, runtime: Any) -> None:  # noqa: ANN401 - a class of conftest
    """The reference flows through the template, and `getSecret` resolves it."""
    reference = {"keyVault": {"id": "/vaults/v"}, "secretName": "s"}
    values = parse_parameters({"$schema": "x", "parameters": {"p": {"reference": reference}}})
    assert isinstance(values["p"], Unknown)
    given = template(
        parameters={"p": {"type": "securestring"}},
        outputs={"o": {"type": "string", "value": "[concat(parameters('p'), '!')]"}},
    )
    deployment = evaluate(given, parameters=values)
    assert deployment.finish(deployment.outputs["o"], runtime({}, {"getSecret": "hush"})).value == "hush!"
    assert deployment.secure_parameters == {"p"}


def test_an_entry_without_value_is_a_fault_with_its_place() -> None:
    """The file, line and name of the entry are told."""
    document = parse_json('{"$schema": "x",\n "parameters": {\n  "a": {"valeu": 1}, "b": 2}}', file="p.json")
    with pytest.raises(TemplateFaults) as caught:
        parse_parameters(document)
    assert [(fault.line, fault.json_path) for fault in caught.value.faults] == [
        (3, "parameters.a"),
        (3, "parameters.b"),
    ]
