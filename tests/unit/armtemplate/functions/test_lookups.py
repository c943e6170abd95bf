"""Names around an expression."""

import pytest

from armtemplate import Scope, TemplateFaults, evaluate_expression


def test_names_are_found_without_regard_to_case_and_spelling_wins() -> None:
    """An exact name comes before one that differs in case."""
    given = {"a": 1, "A": 2}
    assert evaluate_expression("[parameters('A')]", parameters=given) == 2
    assert evaluate_expression("[Parameters('a')]", parameters=given) == 1
    assert evaluate_expression("[variables('V')]", variables={"v": "[toUpper('x')]"}) == "X"


def test_members_are_found_without_regard_to_case_and_spelling_wins() -> None:
    """Objects may hold names that differ only in case."""
    given = {"o": {"ab": 1, "AB": 2}}
    assert evaluate_expression("[parameters('o').AB]", parameters=given) == 2
    assert evaluate_expression("[parameters('o')['Ab']]", parameters=given) == 1


@pytest.mark.parametrize(
    "expression",
    [
        "[parameters('x')]",
        "[variables('x')]",
        "[copyIndex()]",
        "[copyIndex('x')]",
        "[parameters(1)]",
        "[externalInputs('x')]",
    ],
)
def test_a_name_that_is_not_there_is_a_fault(expression: str) -> None:
    """No name is ever empty by default."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)


def test_external_inputs_come_from_the_scope() -> None:
    """What a tool supplied for a parameter file."""
    assert evaluate_expression("[externalInputs('x')]", scope=Scope(external_inputs={"x": 5})) == 5
