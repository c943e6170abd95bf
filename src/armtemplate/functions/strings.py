"""String functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string."""

from armtemplate.errors import ExpressionError
from armtemplate.functions.composite_format import composite_format
from armtemplate.json_types import Value
from armtemplate.limits import VALUE_CHARACTERS
from armtemplate.values import (
    array_argument,
    as_text,
    bounded,
    code_units,
    compact_json,
    from_code_units,
    integer_argument,
    is_integer,
    joined_arrays,
    text_argument,
    wrong_kind,
)

# What .NET's String.Trim takes away: every Unicode blank, and nothing else.
_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def concat(*parts: Value) -> Value:
    """Joins strings, integers and booleans to a string, or arrays to an array; null is skipped."""
    if any(isinstance(part, list) for part in parts):
        return joined_arrays([array_argument(part, "every argument beside an array") for part in parts])
    for part in parts:
        if isinstance(part, dict):
            raise ExpressionError("objects cannot be concatenated; union() puts objects together")
    return bounded("".join(as_text(part) for part in parts))


def format_text(pattern: Value, *values: Value) -> str:
    """.NET composite formatting with the invariant culture."""
    return bounded(composite_format(text_argument(pattern, "the format string"), values))


def string(value: Value) -> str:
    """The text of any value; objects and arrays as compact JSON."""
    return bounded(as_text(value))


def join(items: Value, delimiter: Value) -> str:
    """The items' texts with a delimiter between them."""
    texts = [_joinable(item) for item in array_argument(items, "the first argument")]
    separator = text_argument(delimiter, "the delimiter")
    if len(texts) * len(separator) > VALUE_CHARACTERS:
        raise ExpressionError("the result is longer than any deployment may carry")
    return bounded(separator.join(texts))


def _joinable(item: Value) -> str:
    return compact_json(item) if isinstance(item, (dict, list)) else as_text(item)


def split(text: Value, delimiters: Value) -> list[str]:
    """The parts between delimiters, empty ones kept; of several delimiters the earliest match wins."""
    remaining = text_argument(text, "the first argument")
    marks = [delimiters] if isinstance(delimiters, str) else array_argument(delimiters, "the delimiter")
    separators = [text_argument(mark, "a delimiter") for mark in marks]
    separators = [separator for separator in separators if separator]
    if not separators:
        return [remaining]
    if len(separators) == 1:
        return remaining.split(separators[0])
    return _split_at_any(remaining, separators)


def _split_at_any(text: str, separators: list[str]) -> list[str]:
    parts: list[str] = []
    start = at = 0
    while at < len(text):
        found = next((separator for separator in separators if text.startswith(separator, at)), None)
        if found is None:
            at += 1
            continue
        parts.append(text[start:at])
        start = at = at + len(found)
    parts.append(text[start:])
    return parts


def replace(text: Value, old: Value, new: Value) -> str:
    """Every occurrence replaced; upper and lower case are different."""
    original, pattern, replacement = text_argument(text), text_argument(old), text_argument(new)
    if not pattern:
        raise ExpressionError("the string to look for cannot be empty")
    if len(original) + original.count(pattern) * len(replacement) > VALUE_CHARACTERS:
        raise ExpressionError("the result is longer than any deployment may carry")
    return original.replace(pattern, replacement)


def substring(text: Value, start: Value, length: Value = None) -> str:
    """A part of a string, counted in UTF-16 code units."""
    units = code_units(text_argument(text, "the first argument"))
    first = integer_argument(start, "the start index")
    count = len(units) - first if length is None else integer_argument(length, "the length")
    if first < 0 or count < 0 or first + count > len(units):
        raise ExpressionError(
            "the index and length parameters must refer to a location within the string: "
            f"start index {first}, length {count}, and the string has {len(units)} characters"
        )
    return from_code_units(units[first : first + count])


def pad_left(value: Value, width: Value, character: Value = " ") -> str:
    """A string or an integer, right-aligned in a width."""
    if not isinstance(value, str) and not is_integer(value):
        raise wrong_kind("String, Integer", value, what="the first argument")
    total = integer_argument(width, "the width")
    pad = text_argument(character, "the padding")
    if len(pad) != 1:
        raise ExpressionError("the padding must be exactly one character")
    if total < 0:
        raise ExpressionError("the width cannot be negative")
    if total > VALUE_CHARACTERS:
        raise ExpressionError(f"the width {total} is more than a deployment may carry")
    return as_text(value).rjust(total, pad)


def to_lower(text: Value) -> str:
    """Lower case, one character for one as the invariant culture maps them."""
    return "".join(_single(character, character.lower()) for character in text_argument(text))


def to_upper(text: Value) -> str:
    """Upper case, one character for one as the invariant culture maps them: ß stays."""
    return "".join(_single(character, character.upper()) for character in text_argument(text))


def _single(character: str, mapped: str) -> str:
    return mapped if len(mapped) == 1 else character


def trim(text: Value) -> str:
    """Without blanks at both ends."""
    return text_argument(text).strip(_BLANKS)


def starts_with(text: Value, start: Value) -> bool:
    """Whether a string starts so, without regard to case."""
    return to_upper(text).startswith(to_upper(start))


def ends_with(text: Value, end: Value) -> bool:
    """Whether a string ends so, without regard to case."""
    return to_upper(text).endswith(to_upper(end))


def fail(message: Value) -> Value:
    """Ends the evaluation with a message of the author's."""
    raise ExpressionError(text_argument(message, "the message"))


def like(text: Value, pattern: Value) -> bool:
    """Whether the whole string matches, without regard to case; `*` stands for any characters or none."""
    rest = to_upper(text)
    start, *inner = to_upper(text_argument(pattern, "the pattern")).split("*")
    if not inner:
        return rest == start
    end = inner.pop()
    if len(rest) < len(start) + len(end) or not rest.startswith(start) or not rest.endswith(end):
        return False
    at, stop = len(start), len(rest) - len(end)
    for part in inner:
        found = rest.find(part, at, stop)
        if found < 0:
            return False
        at = found + len(part)
    return True
