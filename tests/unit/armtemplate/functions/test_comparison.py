"""Order and equality."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression


@pytest.mark.parametrize(
    "expression",
    [
        "[less('a', 'B')]",
        "[less('a', 'A')]",
        "[less('a1', 'ab')]",
        "[less('_', 'a')]",
        "[less('é', 'f')]",
        "[less('e', 'é')]",
        "[greater(2, float('1.5'))]",
        "[lessOrEquals('a', 'a')]",
        "[equals(createArray(1, float('2.0')), createArray(float('1.0'), 2))]",
        "[not(equals('a', 'A'))]",
        "[not(equals(null(), ''))]",
        "[not(equals(1, true()))]",
        "[equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))]",
    ],
)
def test_order_is_the_invariant_culture_s_and_equality_is_strict(expression: str) -> None:
    """Letters by base, accent, case; kinds are never mixed in equality."""
    assert evaluate_expression(expression) is True


@pytest.mark.parametrize("expression", ["[less(1, '2')]", "[greater(true(), false())]", "[less(null(), 1)]"])
def test_other_kinds_have_no_order(expression: str) -> None:
    """Only numbers with numbers, and strings with strings."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
