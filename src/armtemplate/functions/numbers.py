"""Numeric functions, in checked 64-bit arithmetic: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric."""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.values import INT64, integer_argument


def add(left: Any, right: Any) -> int:
    """The sum."""
    return _checked(_operand(left) + _operand(right))


def sub(left: Any, right: Any) -> int:
    """The difference."""
    return _checked(_operand(left) - _operand(right))


def mul(left: Any, right: Any) -> int:
    """The product."""
    return _checked(_operand(left) * _operand(right))


def div(left: Any, right: Any) -> int:
    """The quotient, truncated toward zero."""
    dividend, divisor = _operand(left), _divisor(right)
    quotient = abs(dividend) // abs(divisor)
    return _checked(quotient if (dividend < 0) == (divisor < 0) else -quotient)


def mod(left: Any, right: Any) -> int:
    """The remainder, with the sign of the dividend."""
    dividend, divisor = _operand(left), _divisor(right)
    remainder = abs(dividend) % abs(divisor)
    return -remainder if dividend < 0 else remainder


def _operand(value: Any) -> int:
    return integer_argument(value, "every operand")


def _divisor(value: Any) -> int:
    divisor = _operand(value)
    if divisor == 0:
        raise ExpressionError("division by zero")
    return divisor


def _checked(value: int) -> int:
    if value not in INT64:
        raise ExpressionError("the result does not fit into 64 bits")
    return value
