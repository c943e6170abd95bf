"""Lazy functions."""

import pytest

from armtemplate import TemplateFaults, Unknown, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[if(true(), 1, fail('no'))]", 1),
        ("[if(false(), parameters('nosuch'), 2)]", 2),
        ("[and(false(), createArray()[0])]", False),
        ("[or(true(), fail('no'))]", True),
        ("[coalesce('a', fail('no'))]", "a"),
        ("[and(false(), deployer().x)]", False),
    ],
)
def test_what_is_not_needed_is_not_evaluated(expression: str, expected: Value) -> None:
    """The untaken branch may hold anything that parses."""
    assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[if(equals(deployer().x, 1), createArray()[0], 2)]",
        "[and(equals(deployer().x, 1), createArray()[0])]",
        "[coalesce(deployer().x, createArray()[0])]",
    ],
)
def test_behind_an_unknown_nothing_is_evaluated(expression: str) -> None:
    """Azure may never come there, so it must not be a fault."""
    assert isinstance(evaluate_expression(expression), Unknown)


@pytest.mark.parametrize(
    "expression", ["[if(1, 2, 3)]", "[and('true', true())]", "[not(0)]", "[if(false(), nosuch(), 1)]"]
)
def test_only_booleans_are_true_or_false_and_unknown_functions_are_faults_anywhere(expression: str) -> None:
    """No conversion to truth; a function that does not exist is a fault in an untaken branch, too."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
