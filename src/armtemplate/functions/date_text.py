"""Reads dates and durations the way .NET does with the invariant culture, as far as templates write them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

from armtemplate.errors import ExpressionError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DATE_UNITS = {"Y": 365, "M": 30, "W": 7, "D": 1}  # days
_TIME_UNITS = {"H": 3600, "M": 60, "S": 1}  # seconds


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration such as `-P1Y2M3DT4H5M6.7S`; a year is 365 days, a month 30.

    Raises:
        ExpressionError: when it is none.
    """
    negative = text.startswith("-")
    body = text[1:] if text[:1] in ("-", "+") else text
    date_part, mark, time_part = body.removeprefix("P").partition("T")
    if not body.startswith("P") or (mark and not time_part) or not (date_part or time_part):
        raise _no_duration(text)
    days = _amount(date_part, _DATE_UNITS, text)
    seconds = _amount(time_part, _TIME_UNITS, text)
    try:
        span = (
            timedelta(seconds=float(days * 86_400 + seconds))
            if seconds % 1
            else timedelta(days=int(days), seconds=int(seconds))
        )
    except OverflowError:
        raise _no_duration(text) from None
    return -span if negative else span


def _amount(part: str, units: dict[str, int], text: str) -> Decimal:
    """The sum of one half of a duration; units come in order and at most once, and only seconds have decimals."""
    total = Decimal(0)
    letters = list(units)
    while part:
        place = next((at for at, character in enumerate(part) if character.isalpha()), -1)
        letter = part[place] if place > 0 else ""
        if letter not in letters:
            raise _no_duration(text)
        digits = part[:place]
        whole, point, decimals = digits.partition(".")
        if not _digits(whole) or (point and (letter != "S" or not _digits(decimals))) or len(digits) > 12:
            raise _no_duration(text)
        total += Decimal(digits) * units[letter]
        letters = letters[letters.index(letter) + 1 :]
        part = part[place + 1 :]
    return total


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _no_duration(text: str) -> ExpressionError:
    return ExpressionError(f"'{text}' is no ISO 8601 duration; one looks like 'P3D' or '-PT1H30M'")


def parse_date(text: str) -> datetime:
    """A date in UTC: ISO 8601 in its variants, `M/d/yyyy h:mm:ss tt`, RFC 1123 and other spellings with month names.

    Raises:
        ExpressionError: when it is none.
    """
    try:
        return _iso(text.strip()) or _named(text.strip()) or _invariant(text.strip())
    except (ValueError, OverflowError, InvalidOperation):
        raise ExpressionError(f"'{text}' is no date that can be read; write it as '2024-01-31T12:00:00Z'") from None


def _iso(text: str) -> datetime | None:
    """ISO 8601: date with dashes, or the compact form that utcNow() prints by default."""
    compact = text[:8]
    if _digits(compact) and (len(text) == 8 or text[8:9] == "T"):
        time = text[9:]
        if _digits(time[:6]) and len(time) >= 6:
            time = f"{time[:2]}:{time[2:4]}:{time[4:]}"
        return _at(int(compact[:4]), int(compact[4:6]), int(compact[6:8]), time)
    date, rest = _cut(text, ("T", "t", " "))
    parts = date.replace("/", "-").split("-")
    if len(parts) not in (2, 3) or not all(_digits(part) for part in parts) or len(parts[0]) != 4:
        return None
    day = int(parts[2]) if len(parts) == 3 else 1
    return _at(int(parts[0]), int(parts[1]), day, rest)


def _invariant(text: str) -> datetime:
    """`M/d/yyyy` with an optional time, as the invariant culture writes dates."""
    date, rest = _cut(text, (" ",))
    month, day, year = date.split("/")
    return _at(_year(year), int(month), int(day), rest)


def _named(text: str) -> datetime | None:
    """Dates with the month's name: `Tue, 05 Mar 2019 17:53:18 GMT`, `March 5, 2019`."""
    words = text.replace(",", " ").split()
    if words and words[0][:3].lower() in _WEEKDAYS and words[0].isalpha():
        words = words[1:]
    month = next((at for at, word in enumerate(words[:2]) if word.isalpha() and word[:3].lower() in _MONTHS), None)
    if month is None:
        return None
    number = _MONTHS.index(words[month][:3].lower()) + 1
    day, year = (words[0], words[2]) if month == 1 else (words[1], words[2])
    return _at(_year(year), number, int(day), " ".join(words[3:]))


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if year < 30 else 1900)


def _cut(text: str, marks: tuple[str, ...]) -> tuple[str, str]:
    places = [at for mark in marks if (at := text.find(mark)) >= 0]
    return (text[: min(places)], text[min(places) + 1 :].strip()) if places else (text, "")


def _at(year: int, month: int, day: int, time: str) -> datetime:
    clock, zone = _zone(time)
    hour, minute, second, micro, more_days = _clock(clock)
    moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=zone)
    return (moment + timedelta(days=more_days)).astimezone(UTC)


def _zone(time: str) -> tuple[str, timezone]:
    """Cuts the zone off a time; without one the time is UTC."""
    upper = time.upper()
    for mark in ("Z", "GMT", "UTC"):
        if upper.endswith(mark):
            return time[: -len(mark)].strip(), UTC
    at = max(time.rfind("+"), time.rfind("-"))
    if at < 0:
        return time, UTC
    hours, _, minutes = time[at + 1 :].partition(":")
    if not minutes and len(hours) == 4:
        hours, minutes = hours[:2], hours[2:]
    span = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return time[:at].strip(), timezone(-span if time[at] == "-" else span)


def _clock(clock: str) -> tuple[int, int, int, int, int]:
    if not clock:
        return 0, 0, 0, 0, 0
    words = clock.upper().split()
    half = words.pop() if words[-1] in ("AM", "PM") else ""
    (joined,) = words
    hour_text, minute_text, *rest = joined.split(":")
    second_text, _, fraction = (rest[0] if rest else "0").partition(".")
    hour = int(hour_text)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(clock)
        hour = hour % 12 + (12 if half == "PM" else 0)
    micro = int(Decimal(f"0.{fraction or 0}") * 1_000_000)
    midnight = hour == 24 and int(minute_text) == 0 and int(second_text) == 0
    return (0 if midnight else hour), int(minute_text), int(second_text), micro, int(midnight)
