"""Numeric functions, in checked 64-bit arithmetic: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric."""

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.values import INT64, integer_argument


def add(left: Value, right: Value) -> int:
    """The sum."""
    return _checked(_operand(left) + _operand(right))


def sub(left: Value, right: Value) -> int:
    """The difference."""
    return _checked(_operand(left) - _operand(right))


def mul(left: Value, right: Value) -> int:
    """The product."""
    return _checked(_operand(left) * _operand(right))


def div(left: Value, right: Value) -> int:
    """The quotient, truncated toward zero."""
    dividend, divisor = _operand(left), _divisor(right)
    quotient = abs(dividend) // abs(divisor)
    return _checked(quotient if (dividend < 0) == (divisor < 0) else -quotient)


def mod(left: Value, right: Value) -> int:
    """The remainder, with the sign of the dividend."""
    dividend, divisor = _operand(left), _divisor(right)
    remainder = abs(dividend) % abs(divisor)
    return -remainder if dividend < 0 else remainder


def _operand(value: Value) -> int:
    return integer_argument(value, "every operand")


def _divisor(value: Value) -> int:
    divisor = _operand(value)
    if divisor == 0:
        raise ExpressionError("division by zero")
    return divisor


def _checked(value: int) -> int:
    if value not in INT64:
        raise ExpressionError("the result does not fit into 64 bits")
    return value
