"""Lambda functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-lambda.

A lambda stands in place, as `lambda('name', …, body)`; the body reads its variables with `lambdaVariables('name')`.
"""

from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call, Expression, Literal
from armtemplate.frames import Frame
from armtemplate.interpreter import answered, evaluate
from armtemplate.json_types import Value
from armtemplate.unknown import NotKnownError, Unknown
from armtemplate.values import MISSING, array_argument, boolean_argument, object_argument, text_argument


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lambda:
    names: tuple[str, ...]
    body: Expression
    frame: Frame

    def __call__(self, *values: Value) -> Value:
        self.frame.session.work.spend()
        bindings = dict(zip(self.names, values, strict=False))
        return evaluate(self.body, self.frame.bound(bindings))


def lambda_(_call: Call, _frame: Frame) -> Value:
    """A lambda outside of a function that takes one."""
    raise ExpressionError("a lambda can only stand as an argument of a function that takes one")


def lambda_variables(call: Call, frame: Frame) -> Value:
    """The value of a lambda's variable."""
    name = text_argument(evaluate(call.arguments[0], frame), "the name")
    value = frame.bindings.get(name.lower(), MISSING)
    if value is MISSING:
        raise ExpressionError(f"there is no lambda variable '{name}' here")
    return answered(value, frame.session)


def map_(call: Call, frame: Frame) -> Value:
    """The lambda's answer for every item."""
    items, function = _array_and_lambda(call, frame, "1 or 2", (1, 2))
    return [function(item, index) for index, item in enumerate(items)]


def filter_(call: Call, frame: Frame) -> Value:
    """The items for which the lambda answers true."""
    items, function = _array_and_lambda(call, frame, "1 or 2", (1, 2))
    return [item for index, item in enumerate(items) if _truth(function(item, index))]


def sort(call: Call, frame: Frame) -> Value:
    """The items in the order that the lambda says: whether the first goes before the second."""
    items, function = _array_and_lambda(call, frame, "2", (2,))

    def order(left: Value, right: Value) -> int:
        if _truth(function(left, right)):
            return -1
        return 1 if _truth(function(right, left)) else 0

    return sorted(items, key=cmp_to_key(order))


def reduce(call: Call, frame: Frame) -> Value:
    """The value that is left when the lambda has joined all items to the initial one."""
    items = evaluate(call.arguments[0], frame)
    current = evaluate(call.arguments[1], frame)
    function = _lambda(call, frame, 2, (2, 3), "2 or 3")
    for index, item in enumerate(_array(items)):
        current = function(current, item, index)
    return current


def to_object(call: Call, frame: Frame) -> Value:
    """An object of the items, or of the second lambda's answers, under the names that the first lambda gives."""
    items, key_of = _array_and_lambda(call, frame, "1", (1,))
    value_of = _lambda(call, frame, 2, (1,), "1") if len(call.arguments) > 2 else None
    made: dict[str, Any] = {}
    spellings: dict[str, str] = {}
    for item in items:
        key = _key(key_of(item))
        made[spellings.setdefault(key.lower(), key)] = value_of(item) if value_of else item
    return made


def group_by(call: Call, frame: Frame) -> Value:
    """Arrays of the items, or of the second lambda's answers, under the names that the first lambda gives."""
    items, key_of = _array_and_lambda(call, frame, "1", (1,))
    value_of = _lambda(call, frame, 2, (1,), "1") if len(call.arguments) > 2 else None
    groups: dict[str, list[Any]] = {}
    spellings: dict[str, str] = {}
    for item in items:
        key = _key(key_of(item))
        group = groups.setdefault(spellings.setdefault(key.lower(), key), [])
        group.append(value_of(item) if value_of else item)
    return groups


def map_values(call: Call, frame: Frame) -> Value:
    """The object with the lambda's answer in the place of every value."""
    value = evaluate(call.arguments[0], frame)
    function = _lambda(call, frame, 1, (1,), "1")
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return {name: function(item) for name, item in object_argument(value, "the first argument").items()}


def _array_and_lambda(call: Call, frame: Frame, counted: str, arities: tuple[int, ...]) -> tuple[list[Any], _Lambda]:
    items = evaluate(call.arguments[0], frame)
    function = _lambda(call, frame, 1, arities, counted)
    return _array(items), function


def _array(items: Value) -> list[Any]:
    if isinstance(items, Unknown):
        raise NotKnownError(items)
    return array_argument(items, "the first argument")


def _lambda(call: Call, frame: Frame, place: int, arities: tuple[int, ...], counted: str) -> _Lambda:
    node = call.arguments[place]
    if not isinstance(node, Call) or node.key != "lambda":
        raise ExpressionError(f"argument {place + 1} must be a lambda written in place", offset=node.start)
    *parameters, body = node.arguments
    names: list[str] = []
    for parameter in parameters:
        if not isinstance(parameter, Literal) or not isinstance(parameter.value, str):
            raise ExpressionError("a lambda's variables are named by string literals", offset=parameter.start)
        names.append(parameter.value.lower())
    if len(names) not in arities:
        raise ExpressionError(f"the lambda must take {counted} variables, and takes {len(names)}", offset=node.start)
    return _Lambda(names=tuple(names), body=body, frame=frame)


def _truth(value: Value) -> bool:
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return boolean_argument(value, "the lambda's answer")


def _key(value: Value) -> str:
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return text_argument(value, "the lambda's answer for the key")
