"""Facts about the cloud: given by the scope, or unknown."""

import pytest

from armtemplate import Scope, TemplateFaults, Unknown, evaluate_expression
from armtemplate.json_types import Value

_SCOPE = Scope(
    providers=(
        {
            "namespace": "A.B",
            "resourceTypes": [
                {"resourceType": "c", "zoneMappings": [{"location": "West US 2", "zones": ["3", "1", "2"]}]}
            ],
        },
    ),
    zone_mapping={"westus2": {"1": "westus2-az3"}},
    role_definitions={"Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7"},
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[pickZones('a.b', 'C', 'westus2', 2, 1)]", ["2", "3"]),
        ("[pickZones('A.B', 'c', 'nowhere')]", []),
        ("[pickZones('X.Y', 'c', 'westus2')]", []),
        ("[toPhysicalZone('s', 'West US 2', '1')]", "westus2-az3"),
        ("[toLogicalZones('s', 'westus2', createArray('westus2-az3', 'x'))]", ["1"]),
        ("[roleDefinitions('reader').roleDefinitionId]", "acdd72a7-3385-48ef-bd42-f606fba81ae7"),
        ("[providers('A.B', 'c').resourceType]", "c"),
    ],
)
def test_facts_that_are_given_answer(expression: str, expected: Value) -> None:
    """Names of providers, types, regions and roles are compared without regard to case."""
    assert evaluate_expression(expression, scope=_SCOPE) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[pickZones('A.B', 'c', 'westus2')]",
        "[providers('A.B')]",
        "[roleDefinitions('Owner').id]",
        "[toLogicalZone('s', 'l', 'z')]",
    ],
)
def test_without_facts_they_are_named_unknowns(expression: str) -> None:
    """Nothing is guessed."""
    value = evaluate_expression(expression)
    assert isinstance(value, Unknown)
    assert str(value) == expression


@pytest.mark.parametrize(
    "expression",
    ["[pickZones('A.B', 'c', 'westus2', 4)]", "[pickZones('A.B', 'c', 'westus2', 3, 1)]", "[providers('X')]"],
)
def test_what_the_facts_do_not_have_is_a_fault(expression: str) -> None:
    """More zones than there are, a provider that is not there."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression, scope=_SCOPE)
