"""Evaluates expressions.

Functions are eager unless the table says otherwise: their arguments are evaluated first, and an argument that is not
known makes the call an `Unknown` that remembers how to be evaluated again. Lazy functions get their arguments
unevaluated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, Protocol

from armtemplate.errors import ExpressionError
from armtemplate.expression_parser import parse_expression
from armtemplate.expressions import Call, Expression, Index, ParsedExpression, Property, is_expression, unescaped
from armtemplate.expressions import Literal as LiteralNode
from armtemplate.frames import Frame
from armtemplate.json_types import Value
from armtemplate.session import Session
from armtemplate.unknown import NotKnownError, Unknown, first_unknown, settled
from armtemplate.values import MISSING, is_integer, kind_of, member

type UnknownPolicy = Literal["deep", "shallow", "own"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """One row of the function table.

    Attributes:
        maximum: most arguments; None is any number.
        laziness: `eager` gets argument values, `framed` gets the frame and then argument values, `lazy` gets the call
            and the frame.
        unknowns: what an unknown argument does. `deep`: an unknown anywhere in an argument makes the result unknown;
            `shallow`: only an
            argument that is itself unknown; `own`: the function looks after it.
    """

    name: str
    implementation: Callable[..., Any]
    minimum: int
    maximum: int | None
    laziness: Literal["eager", "framed", "lazy"] = "eager"
    unknowns: UnknownPolicy = "deep"


class UserCallable(Protocol):
    """A function that the template defines."""

    name: str

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        ...

    def call(self, arguments: list[Any], frame: Frame) -> Value:
        """Evaluates its output with these arguments."""
        ...


def evaluate_text(text: str, frame: Frame) -> Value:
    """The value of a string of template text: an expression's value, or the text itself without its escape.

    Raises:
        ExpressionError: with the offset inside the text.
    """
    if not text.startswith("["):
        return text
    if not is_expression(text):
        return unescaped(text)
    return evaluate_parsed(parse_expression(text), frame)


def evaluate_parsed(parsed: ParsedExpression, frame: Frame) -> Value:
    """The value of a parsed expression, after the rules on what may be called where."""
    check_calls(parsed, frame)
    return answered(evaluate(parsed.root, frame), frame.session)


def check_calls(parsed: ParsedExpression, frame: Frame) -> None:
    """Checks every call, in a taken branch or not: the function exists, is allowed here, takes that many arguments."""
    for call in parsed.calls:
        refusal = frame.place.refusal(call.key)
        if refusal is not None:
            raise ExpressionError(f"{call.name}: {refusal}", offset=call.start)
        _arity(call, frame)


def _arity(call: Call, frame: Frame) -> None:
    function: Function | None = frame.builtins.get(call.key)
    count = len(call.arguments)
    if function is not None:
        if count < function.minimum or (function.maximum is not None and count > function.maximum):
            raise ExpressionError(f"{call.name}: takes {_counted(function)}, and is given {count}", offset=call.start)
        return
    user: UserCallable | None = frame.functions.get(call.key)
    if user is None:
        raise ExpressionError(
            f"there is no function '{call.name}'{_suggestion(call, frame, frame.builtins.names())}", offset=call.start
        )
    if count != user.arity:
        raise ExpressionError(f"{call.name}: takes {_plural(user.arity)}, and is given {count}", offset=call.start)


def _plural(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"


def _counted(function: Function) -> str:
    low, high = function.minimum, function.maximum
    if high is None:
        return f"at least {_plural(low)}"
    return _plural(low) if low == high else f"{low} to {_plural(high)}"


def _suggestion(call: Call, frame: Frame, names: Sequence[str]) -> str:
    known = {name.lower(): name for name in (*names, *(function.name for function in frame.functions.values()))}
    near = get_close_matches(call.key, known, n=1)
    return f"; did you mean '{known[near[0]]}'?" if near else ""


def evaluate(node: Expression, frame: Frame) -> Value:
    """The value of a syntax tree."""
    if isinstance(node, LiteralNode):
        return node.value
    session = frame.session
    session.enter()
    try:
        if isinstance(node, Call):
            return _call(node, frame)
        if isinstance(node, Property):
            return _property(node, frame)
        return _index(node, frame)
    except ExpressionError as error:
        if error.offset is None:
            error.offset = node.start
        raise
    finally:
        session.depth -= 1


def _call(node: Call, frame: Frame) -> Value:
    function: Function | None = frame.builtins.get(node.key)
    if function is None:
        return _user_call(node, frame)
    try:
        if function.laziness == "lazy":
            return function.implementation(node, frame)
        arguments = [evaluate(argument, frame) for argument in node.arguments]
        frame.session.work.spend(sum(len(value) for value in arguments if isinstance(value, (list, dict))))
        unknown = _stopper(function.unknowns, arguments)
        if unknown is not None:
            return unknown_from(node, frame, unknown)
        if function.laziness == "framed":
            return function.implementation(node, frame, *arguments)
        return function.implementation(*arguments)
    except NotKnownError as error:
        return unknown_from(node, frame, error.unknown)
    except ExpressionError as error:
        if error.offset is None:
            error.offset = node.start
            error.message = f"{function.name}: {error.message}"
        raise


def _stopper(policy: UnknownPolicy, arguments: list[Any]) -> Unknown | None:
    """The argument that keeps the call from being made, if any."""
    if policy == "own":
        return None
    for argument in arguments:
        if isinstance(argument, Unknown):
            return argument
        if policy == "deep":
            unknown = first_unknown(argument)
            if unknown is not None:
                return unknown
    return None


def _user_call(node: Call, frame: Frame) -> Value:
    user: UserCallable | None = frame.functions.get(node.key)
    if user is None:
        raise ExpressionError(f"there is no function '{node.name}'")
    arguments = [evaluate(argument, frame) for argument in node.arguments]
    return user.call(arguments, frame)


def _property(node: Property, frame: Frame) -> Value:
    target = evaluate(node.target, frame)
    if isinstance(target, Unknown):
        return _member_of_unknown(node, frame, target, node.name)
    if not isinstance(target, dict):
        raise ExpressionError(f"the property '{node.name}' cannot be read from a value of type '{kind_of(target)}'")
    return answered(_member(target, node.name), frame.session)


def _index(node: Index, frame: Frame) -> Value:
    target = evaluate(node.target, frame)
    index = evaluate(node.index, frame)
    if isinstance(index, Unknown):
        return unknown_from(node, frame, index)
    if isinstance(target, Unknown):
        return _member_of_unknown(node, frame, target, index)
    if isinstance(target, dict):
        if not isinstance(index, str):
            raise ExpressionError(
                f"an object is indexed with a property name, not with a value of type '{kind_of(index)}'"
            )
        return answered(_member(target, index), frame.session)
    if isinstance(target, list):
        if not is_integer(index):
            raise ExpressionError(f"an array is indexed with an integer, not with a value of type '{kind_of(index)}'")
        if not 0 <= index < len(target):
            raise ExpressionError(f"the array index '{index}' is out of bounds: the array has {len(target)} items")
        return answered(target[index], frame.session)
    raise ExpressionError(f"a value of type '{kind_of(target)}' cannot be indexed")


def _member(target: dict[str, Any], name: str) -> Value:
    value = member(target, name, MISSING)
    if value is MISSING:
        available = ", ".join(f"'{key}'" for key in list(target)[:20]) or "none"
        raise ExpressionError(f"the property '{name}' doesn't exist; available properties: {available}")
    return value


def _member_of_unknown(node: Expression, frame: Frame, target: Unknown, name: Value) -> Value:
    if isinstance(name, str):
        value = member(dict(target.known), name, MISSING)
        if value is not MISSING:
            return value
    return unknown_from(node, frame, target)


def unknown_from(node: Expression, frame: Frame, source: Unknown) -> Unknown:
    """The call or access that an unknown operand makes unknown."""
    return make_unknown(node, frame, source.reason, faulty=source.faulty)


def make_unknown(
    node: Expression, frame: Frame, reason: str, *, faulty: bool = False, known: dict[str, Any] | None = None
) -> Unknown:
    """A placeholder for a node's value, to be evaluated again when a runtime answers."""

    def render() -> str:
        from armtemplate.residual import residual_text

        return residual_text(node, frame)

    def resume(session: Session) -> Value:
        value = evaluate(node, frame.resumed(session))
        return value if isinstance(value, Unknown) else settled(value, session)

    return Unknown(reason=reason, render=render, resume=resume, known=known, faulty=faulty)


def answered(value: Value, session: Session) -> Value:
    """A looked-up value, resolved if somebody answers by now."""
    if session.runtime is None or first_unknown(value) is None:
        return value
    return settled(value, session)
