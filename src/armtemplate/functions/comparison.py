"""Comparison functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-comparison."""

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.values import compare_text, equal, is_number, kind_of


def equals(left: Value, right: Value) -> bool:
    """Deep equality; values of different kinds are different, which is no fault."""
    return equal(left, right)


def less(left: Value, right: Value) -> bool:
    """Whether the first comes before the second."""
    return _order(left, right) < 0


def less_or_equals(left: Value, right: Value) -> bool:
    """Whether the first does not come after the second."""
    return _order(left, right) <= 0


def greater(left: Value, right: Value) -> bool:
    """Whether the first comes after the second."""
    return _order(left, right) > 0


def greater_or_equals(left: Value, right: Value) -> bool:
    """Whether the first does not come before the second."""
    return _order(left, right) >= 0


def _order(left: Value, right: Value) -> int:
    if is_number(left) and is_number(right):
        return int(left > right) - int(left < right)
    if isinstance(left, str) and isinstance(right, str):
        return compare_text(left, right)
    raise ExpressionError(f"two integers or two strings can be compared, not '{kind_of(left)}' with '{kind_of(right)}'")
