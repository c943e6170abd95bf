"""Evaluates JSON text: strings and names that are expressions, and `copy` elements in objects."""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expression_parser import parse_expression
from armtemplate.expressions import is_expression
from armtemplate.frames import Frame
from armtemplate.interpreter import check_calls, evaluate_text
from armtemplate.json_types import Value
from armtemplate.limits import COPY_ITERATIONS
from armtemplate.members import LOOP, canonical
from armtemplate.positions import PathLink
from armtemplate.unknown import Unknown
from armtemplate.values import is_integer, kind_of


def evaluate_string(text: str, frame: Frame, path: PathLink) -> Value:
    """A string's value; a fault is noted at the path and leaves a stand-in."""
    try:
        return evaluate_text(text, frame)
    except ExpressionError as error:
        return frame.report(error, path, text)


def evaluate_structure(value: Value, frame: Frame, path: PathLink) -> Value:
    """The value of template text, whatever its kind; every fault in it is noted with its own path."""
    if isinstance(value, str):
        return evaluate_string(value, frame, path) if value.startswith("[") else value
    if isinstance(value, (list, dict)):
        frame.session.work.spend(1 + len(value))
    if isinstance(value, list):
        return [evaluate_structure(item, frame, (path, place)) for place, item in enumerate(value)]
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, item in value.items():
            if isinstance(item, list) and name.lower() == "copy":
                members |= evaluate_loops(item, frame, (path, name))
                continue
            key = _name(name, frame, (path, name)) if name.startswith("[") else name
            if key is not None:
                members[key] = evaluate_structure(item, frame, (path, name))
        return members
    return value


def _name(text: str, frame: Frame, path: PathLink) -> str | None:
    name = evaluate_string(text, frame, path)
    if isinstance(name, Unknown):
        return None if name.faulty else str(name)
    if not isinstance(name, str):
        frame.report(
            ExpressionError(f"a property's name must be a string, and is of type '{kind_of(name)}'", offset=0),
            path,
            text,
        )
        return None
    return name


def evaluate_loops(loops: list[Any], frame: Frame, path: PathLink) -> dict[str, Any]:
    """The arrays that the `copy` elements of an object or of the variables stand for, by their names."""
    made: dict[str, Any] = {}
    for place, stated in enumerate(loops):
        here = (path, place)
        loop = canonical(stated, LOOP) if isinstance(stated, dict) else None
        if loop is None or not {"name", "count", "input"} <= loop.keys():
            frame.report(ExpressionError("a copy element needs 'name', 'count' and 'input'"), here)
            continue
        name = evaluate_structure(loop["name"], frame, (here, "name"))
        if isinstance(name, str):
            made[name] = evaluate_loop(loop, name, frame, here)
        elif not isinstance(name, Unknown):
            frame.report(ExpressionError("a copy element's name must be a string"), (here, "name"))
    return made


def evaluate_loop(loop: dict[str, Any], name: str, frame: Frame, path: PathLink, *, nameless: bool = False) -> Value:
    """The array that one `copy` element stands for; `nameless` lets `copyIndex()` mean it."""
    count = loop_count(loop["count"], frame, (path, "count"))
    here = (path, "input")
    if count == 0:
        inspect(loop["input"], frame, here)
    if isinstance(count, Unknown):
        return count
    frame.session.work.spend(count)
    turns = (frame.in_loop(name, turn, nameless=nameless) for turn in range(count))
    return [evaluate_structure(loop["input"], turn, here) for turn in turns]


def loop_count(value: Value, frame: Frame, path: PathLink) -> int | Unknown:
    """How often a loop turns; 0 where that is at fault, an unknown where it is not known."""
    count = evaluate_structure(value, frame, path)
    if isinstance(count, Unknown):
        return 0 if count.faulty else count
    if isinstance(count, str) and count.strip().lstrip("-").isdecimal() and len(count) < 10:
        count = int(count)
    text = value if isinstance(value, str) else None
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    if not is_integer(count):
        frame.report(
            ExpressionError(f"a loop's count must be an integer, and is of type '{kind_of(count)}'", offset=0),
            path,
            text,
        )
        return 0
    if not 0 <= count <= COPY_ITERATIONS:
        frame.report(
            ExpressionError(f"a loop's count must be between 0 and {COPY_ITERATIONS}, and is {count}", offset=0),
            path,
            text,
        )
        return 0
    return int(count)


def inspect(value: Value, frame: Frame, path: PathLink) -> None:
    """Checks text that is not evaluated: syntax, function names, number of arguments, what may be called here."""
    if isinstance(value, str):
        if is_expression(value):
            try:
                check_calls(parse_expression(value), frame)
            except ExpressionError as error:
                frame.report(error, path, value)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            inspect(item, frame, (path, place))
    elif isinstance(value, dict):
        for name, item in value.items():
            inspect(name, frame, (path, name))
            inspect(item, frame, (path, name))


def names_used(value: Value, function: str) -> set[str]:
    """The literal names, in lower case, with which template text calls `parameters` or `variables`."""
    used: set[str] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if is_expression(item):
                used |= _literal_arguments(item, function)
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
    return used


def _literal_arguments(text: str, function: str) -> set[str]:
    try:
        parsed = parse_expression(text)
    except ExpressionError:
        return set()
    names: set[str] = set()
    for call in parsed.calls:
        if call.key == function and len(call.arguments) == 1:
            name = getattr(call.arguments[0], "value", None)
            if isinstance(name, str):
                names.add(name.lower())
    return names
