""".NET date formats with the invariant culture.

Sources: https://learn.microsoft.com/dotnet/standard/base-types/standard-date-and-time-format-strings and custom-date-
and-time-format-strings.
"""

from collections.abc import Callable
from datetime import datetime

from armtemplate.errors import ExpressionError

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}


def _padded(number: int, count: int) -> str:
    return f"{number:02d}" if count > 1 else str(number)


def _day(moment: datetime, count: int) -> str:
    if count <= 2:
        return _padded(moment.day, count)
    name = _DAYS[moment.weekday()]
    return name[:3] if count == 3 else name


def _month(moment: datetime, count: int) -> str:
    if count <= 2:
        return _padded(moment.month, count)
    name = _MONTHS[moment.month - 1]
    return name[:3] if count == 3 else name


def _year(moment: datetime, count: int) -> str:
    if count <= 2:
        return _padded(moment.year % 100, count)
    return str(moment.year).rjust(count, "0")


def _fraction(moment: datetime, count: int) -> str:
    return f"{moment.microsecond:06d}0"[:count]


def _short_fraction(moment: datetime, count: int) -> str:
    return _fraction(moment, count).rstrip("0")


def _half(moment: datetime, count: int) -> str:
    name = "AM" if moment.hour < 12 else "PM"
    return name[:count]


def _zone(_moment: datetime, count: int) -> str:
    return ("+0", "+00", "+00:00")[min(count, 3) - 1]


_FIELDS: dict[str, Callable[[datetime, int], str]] = {
    "d": _day,
    "M": _month,
    "y": _year,
    "H": lambda moment, count: _padded(moment.hour, count),
    "h": lambda moment, count: _padded(moment.hour % 12 or 12, count),
    "m": lambda moment, count: _padded(moment.minute, count),
    "s": lambda moment, count: _padded(moment.second, count),
    "f": _fraction,
    "F": _short_fraction,
    "t": _half,
    "z": _zone,
    "g": lambda _moment, _count: "A.D.",
    "K": lambda _moment, count: "Z" * count,
}


def format_date(moment: datetime, style: str) -> str:
    """A UTC moment in a standard (one letter) or custom format."""
    if len(style) == 1:
        if style not in _STANDARD:
            raise ExpressionError(f"the format is invalid: '{style}' is no format of a date")
        style = _STANDARD[style]
    return _custom(moment, style or _STANDARD["G"])


def _custom(moment: datetime, style: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(style):
        text, at = _token(moment, style, at)
        if not text and parts and parts[-1] == "." and style[at - 1] == "F":
            parts.pop()  # the point goes with the fraction that is not there
        parts.append(text)
    return "".join(parts)


def _token(moment: datetime, style: str, at: int) -> tuple[str, int]:
    """The text of the token at a place, and the place behind it."""
    character = style[at]
    if character in "'\"":
        return _quoted(style, at)
    if character == "\\":
        if at + 1 == len(style):
            raise ExpressionError("the format is invalid: it ends in a backslash")
        return style[at + 1], at + 2
    if character == "%":
        return "", at + 1
    field = _FIELDS.get(character)
    if field is None:
        return character, at + 1
    end = at
    while end < len(style) and style[end] == character:
        end += 1
    if character in "fF" and end - at > 7:
        raise ExpressionError("the format is invalid: a second has seven decimals at most")
    return field(moment, end - at), end


def _quoted(style: str, at: int) -> tuple[str, int]:
    end = style.find(style[at], at + 1)
    if end < 0:
        raise ExpressionError("the format is invalid: a quote is never closed")
    return style[at + 1 : end], end + 1
