"""Prints what is left of an expression once everything known stands in it as a value."""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call, Expression, Index, Literal, Property
from armtemplate.frames import Frame
from armtemplate.interpreter import evaluate
from armtemplate.json_types import Value
from armtemplate.unknown import Unknown

_LOOKUPS = frozenset({"parameters", "variables", "copyindex", "lambdavariables"})


def residual_text(node: Expression, frame: Frame) -> str:
    """The expression's text without brackets: what can be evaluated as its value, the rest as it stands."""
    if isinstance(node, Literal):
        return literal_text(node.value)
    value = _value(node, frame)
    if value is not None and not isinstance(value[0], Unknown):
        return literal_text(value[0])
    if isinstance(node, Call):
        if node.key in _LOOKUPS and value is not None:
            return literal_text(value[0])
        return f"{node.name}({', '.join(residual_text(argument, frame) for argument in node.arguments)})"
    if isinstance(node, Property):
        return f"{residual_text(node.target, frame)}.{node.name}"
    return _index_text(node, frame)


def _index_text(node: Index, frame: Frame) -> str:
    return f"{residual_text(node.target, frame)}[{residual_text(node.index, frame)}]"


def _value(node: Expression, frame: Frame) -> tuple[Any] | None:
    """The node's value, or None where it cannot be evaluated by itself, as inside a lambda."""
    if isinstance(node, Call) and node.key == "lambda":
        return None
    try:
        return (evaluate(node, frame),)
    except ExpressionError:
        return None


def literal_text(value: Value) -> str:
    """A value as an expression that yields it."""
    if isinstance(value, Unknown):
        return value.expression
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if value is None:
        return "null()"
    if isinstance(value, float):
        return f"float('{value!r}')"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"createArray({', '.join(literal_text(item) for item in value)})"
    if isinstance(value, dict):
        return (
            f"createObject({', '.join(f'{literal_text(name)}, {literal_text(item)}' for name, item in value.items())})"
        )
    return literal_text(str(value))
