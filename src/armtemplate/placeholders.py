"""`<placeholder>` tokens: what published templates leave for the reader to fill in.

A token is a name in angle brackets that fills a whole segment of a text: `<region>`,
`/subscriptions/<subscriptionID>/…`; in doubled brackets (`<<namePrefix>>`) it may stand anywhere. Angle brackets in
running text, markup and script lines are no tokens.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.frames import Frame
from armtemplate.json_types import BareToken, Value
from armtemplate.positions import PathLink

# Sections and members whose text is for people, or for a shell.
_PROSE = frozenset({"metadata", "description", "comments", "$schema", "inline"})
_BORDERS = frozenset("/:.-_@'\" ,")
_NAME_LIMIT = 64


def filled(template: dict[str, Any], given: Mapping[str, Any], frame: Frame) -> tuple[dict[str, Any], set[str]]:
    """The template with its placeholders filled from the values given by their names.

    What is left is noted as a fault. Returns the names that were used, too.
    """
    used: set[str] = set()
    by_name = {name.lower(): name for name, value in given.items() if isinstance(value, (str, int))}
    if not _mentions(template):
        return template, used
    result = _filled(_without_overridden_defaults(template, given), given, by_name, used, frame, None)
    return result if isinstance(result, dict) else template, used


def _without_overridden_defaults(template: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The template without the defaults that a given value replaces: what stands in them is nobody's business."""
    declared = template.get("parameters")
    if not isinstance(declared, dict):
        return template
    names = {name.lower() for name in given}
    kept = {
        name: {key: value for key, value in item.items() if key.lower() != "defaultvalue"}
        if isinstance(item, dict) and name.lower() in names
        else item
        for name, item in declared.items()
    }
    return {**template, "parameters": kept}


def _mentions(value: Value) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if "<" in item:
                return True
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _filled(
    value: Value, given: Mapping[str, Any], by_name: Mapping[str, str], used: set[str], frame: Frame, path: PathLink
) -> Value:
    if isinstance(value, str):
        text = _text(value, given, by_name, used, frame, path) if "<" in value else value
        return _as_value(text) if isinstance(value, BareToken) and text != value else text
    if isinstance(value, list):
        return [_filled(item, given, by_name, used, frame, (path, place)) for place, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    members: dict[str, Any] = {}
    for name, item in value.items():
        here: PathLink = (path, name)
        key = _text(name, given, by_name, used, frame, here) if "<" in name else name
        members[key] = item if name.lower() in _PROSE else _filled(item, given, by_name, used, frame, here)
    return members


def _text(
    text: str, given: Mapping[str, Any], by_name: Mapping[str, str], used: set[str], frame: Frame, path: PathLink
) -> str:
    parts: list[str] = []
    at = 0
    for start, end in tokens(text):
        name = text[start:end].strip("<>")
        known = name if name in given and name.lower() in by_name else by_name.get(name.lower())
        parts.append(text[at:start])
        if known is None:
            message = f"the placeholder '{text[start:end]}' is not filled; give a value for '{name}'"
            frame.report(ExpressionError(message, offset=start), path, text)
            parts.append(text[start:end])
        else:
            used.add(known)
            value = given[known]
            parts.append(value if isinstance(value, str) else json.dumps(value))
        at = end
    return "".join((*parts, text[at:]))


def _as_value(text: str) -> Value:
    """What a text means where JSON has no quotes: a number, a word, or else the text itself."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (bool, int)) or value is None else text


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """The places of the placeholder tokens in a text."""
    at = text.find("<")
    while at >= 0:
        width = 2 if text.startswith("<<", at) else 1
        close = text.find(">" * width, at)
        if close < 0:
            return
        end = close + width
        if _is_name(text[at + width : close]) and (width == 2 or _stands_alone(text, at, end)):
            yield at, end
        else:
            end = at + width
        at = text.find("<", end)


def _is_name(name: str) -> bool:
    letters = name.replace("-", "").replace("_", "").replace(" ", "")
    return (
        0 < len(name) <= _NAME_LIMIT
        and name[0].isalpha()
        and name[-1] != " "
        and letters.isascii()
        and letters.isalnum()
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a token fills a segment: nothing but a border stands beside it, and the text around is no markup."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if (before and before not in _BORDERS) or (after and after not in _BORDERS):
        return False
    if before == " " or after == " ":
        return False
    return "</" not in text and "/>" not in text.replace(text[start:end], "")
