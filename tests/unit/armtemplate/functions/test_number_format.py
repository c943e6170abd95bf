"""Number formats on values that integers alone do not reach."""

import pytest

from armtemplate.errors import ExpressionError
from armtemplate.functions.number_format import format_number


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        (0.5, "F0", "1"),
        (2.5, "N1", "2.5"),
        (1234.5678, "#,##0.##", "1,234.57"),
        (0.1, "P1", "10.0 %"),
        (0.00001234, "G3", "1.23E-05"),
        (1e20, "R", "1E+20"),
        (12345, "0.0E+0", "1.2E+4"),
        (987654, "#0.0e0", "98.8e4"),
        (1.5, "\\#0.0", "#1.5"),
        (0, "#", ""),
        (0, "#.##", ""),
        (5, "0.0;;zero", "5.0"),
    ],
)
def test_floats_obey_styles(value: float, style: str, expected: str) -> None:
    """Rounding goes away from zero, grouping and exponents as the invariant culture has them."""
    assert format_number(value, style) == expected


@pytest.mark.parametrize("style", ["D2", "X"])
def test_integer_styles_refuse_a_fraction(style: str) -> None:
    """Decimal digits and hexadecimal are for integers."""
    with pytest.raises(ExpressionError):
        format_number(1.5, style)
