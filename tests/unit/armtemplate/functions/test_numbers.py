"""Checked 64-bit arithmetic."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[div(-7, 2)]", -3),
        ("[div(7, -2)]", -3),
        ("[mod(7, -3)]", 1),
        ("[mod(-7, -3)]", -1),
        ("[add(9223372036854775806, 1)]", 2**63 - 1),
        ("[sub(-9223372036854775807, 1)]", -(2**63)),
        ("[mul(-3, 4)]", -12),
        ("[add(json('2.0'), 1)]", 3),
    ],
)
def test_integers_truncate_toward_zero_and_reach_the_ends_of_64_bits(expression: str, expected: int) -> None:
    """Quotients truncate, remainders take the dividend's sign."""
    assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[add(9223372036854775807, 1)]",
        "[div(-9223372036854775808, -1)]",
        "[mul(4611686018427387904, 2)]",
        "[add(true(), 1)]",
        "[add('1', 1)]",
        "[add(float('1.5'), 1)]",
        "[9223372036854775808]",
    ],
)
def test_overflow_and_other_kinds_are_faults(expression: str) -> None:
    """Nothing wraps around, and nothing is converted."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
