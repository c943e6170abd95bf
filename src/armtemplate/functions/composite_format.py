""".NET composite formatting, as `format()` offers it: `{index[,alignment][:format]}` with the invariant culture.

Source: https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting.
"""

from collections.abc import Sequence
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.functions.number_format import format_number
from armtemplate.json_types import Value
from armtemplate.limits import VALUE_CHARACTERS
from armtemplate.values import as_text, compact_json, is_number

_LARGEST_INDEX = 1_000_000  # .NET refuses a larger index or alignment


def composite_format(pattern: str, values: Sequence[Any]) -> str:
    """Puts the values into the pattern; doubled braces are braces."""
    parts: list[str] = []
    at = 0
    size = 0
    while at < len(pattern):
        brace = _next_brace(pattern, at)
        parts.append(pattern[at:brace])
        if brace == len(pattern):
            break
        if pattern[brace : brace + 2] in ("{{", "}}"):
            parts.append(pattern[brace])
            at = brace + 2
            continue
        if pattern[brace] == "}":
            raise _invalid("a '}' stands alone")
        text, at = _item(pattern, brace + 1, values)
        parts.append(text)
        size += len(text)
        if size > VALUE_CHARACTERS:
            raise ExpressionError("the result is longer than any deployment may carry")
    return "".join(parts)


def _next_brace(pattern: str, at: int) -> int:
    found = [place for place in (pattern.find("{", at), pattern.find("}", at)) if place >= 0]
    return min(found, default=len(pattern))


def _item(pattern: str, start: int, values: Sequence[Any]) -> tuple[str, int]:
    """One format item; `start` is behind its brace. Returns its text and the place behind its closing brace."""
    end = pattern.find("}", start)
    if end < 0:
        raise _invalid("a '{' is never closed")
    head, _, style = pattern[start:end].partition(":")
    if "{" in head or "{" in style:
        raise _invalid("a '{' stands inside a format item")
    index_text, _, alignment_text = head.partition(",")
    index = _number(index_text)
    if index >= len(values):
        raise _invalid(f"index {index} must be less than the number of arguments, which is {len(values)}")
    text = _formatted(values[index], style)
    return _aligned(text, alignment_text) if "," in head else text, end + 1


def _number(text: str) -> int:
    digits = text.rstrip(" ")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 7 or int(digits) >= _LARGEST_INDEX:
        raise _invalid(f"'{text}' is no argument index")
    return int(digits)


def _aligned(text: str, alignment: str) -> str:
    stripped = alignment.strip(" ")
    width = _number(stripped.removeprefix("-"))
    return text.ljust(width) if stripped.startswith("-") else text.rjust(width)


def _formatted(value: Value, style: str) -> str:
    """Numbers obey the style; everything else has but one text. JSON gets single quotes, as the engine prints it."""
    if style and is_number(value):
        return format_number(value, style)
    if isinstance(value, (dict, list)):
        return compact_json(value).replace('"', "'")
    return as_text(value)


def _invalid(reason: str) -> ExpressionError:
    return ExpressionError(f"the format is invalid: {reason}")
