"""Logical functions and coalesce: they evaluate only what they need.

Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-logical.
"""

from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.interpreter import evaluate, unknown_from
from armtemplate.json_types import Value
from armtemplate.unknown import Unknown
from armtemplate.values import boolean_argument


def if_(call: Call, frame: Frame) -> Value:
    """The second or the third argument; the other is not evaluated."""
    condition = evaluate(call.arguments[0], frame)
    if isinstance(condition, Unknown):
        return unknown_from(call, frame, condition)
    return evaluate(call.arguments[1 if boolean_argument(condition, "the condition") else 2], frame)


def and_(call: Call, frame: Frame) -> Value:
    """True when all are; stops at the first that is not."""
    return _joined(call, frame, stop=False)


def or_(call: Call, frame: Frame) -> Value:
    """True when one is; stops there."""
    return _joined(call, frame, stop=True)


def _joined(call: Call, frame: Frame, *, stop: bool) -> Value:
    for argument in call.arguments:
        value = evaluate(argument, frame)
        if isinstance(value, Unknown):
            return unknown_from(call, frame, value)  # Azure may never come to what follows: it must not fault
        if boolean_argument(value, "every argument") is stop:
            return stop
    return not stop


def coalesce(call: Call, frame: Frame) -> Value:
    """The first argument that is not null."""
    for argument in call.arguments:
        value = evaluate(argument, frame)
        if isinstance(value, Unknown):
            return unknown_from(call, frame, value)
        if value is not None:
            return value
    return None


def not_(value: Value) -> bool:
    """The opposite."""
    return not boolean_argument(value)


def true() -> bool:
    """True."""
    return True


def false() -> bool:
    """False."""
    return False
