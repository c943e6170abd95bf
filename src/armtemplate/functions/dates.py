"""Date functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date."""

from datetime import UTC, datetime, timedelta

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.functions.date_format import format_date
from armtemplate.functions.date_text import parse_date, parse_duration
from armtemplate.json_types import Value
from armtemplate.values import integer_argument, text_argument

_ISO = "yyyy-MM-ddTHH:mm:ssZ"
_COMPACT = "yyyyMMddTHHmmssZ"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date_time_add(base: Value, duration: Value, style: Value = _ISO) -> str:
    """A date moved by an ISO 8601 duration; a year is 365 days and a month is 30."""
    moment = parse_date(text_argument(base, "the base"))
    span = parse_duration(text_argument(duration, "the duration"))
    return format_date(_moved(moment, span), text_argument(style, "the format"))


def date_time_from_epoch(seconds: Value) -> str:
    """The date of so many seconds after 1970 began."""
    return format_date(_moved(_EPOCH, timedelta(seconds=_seconds(seconds))), _ISO)


def date_time_to_epoch(text: Value) -> int:
    """The whole seconds between the start of 1970 and a date."""
    span = parse_date(text_argument(text, "the date")) - _EPOCH
    return span.days * 86_400 + span.seconds


def utc_now(_call: Call, frame: Frame, style: Value = _COMPACT) -> str:
    """The deployment's clock in a .NET format."""
    return format_date(frame.scope.now().astimezone(UTC), text_argument(style, "the format"))


def _seconds(value: Value) -> int:
    seconds = integer_argument(value, "the epoch time")
    if abs(seconds) > 10**12:
        raise ExpressionError("the date leaves the years 1 to 9999")
    return seconds


def _moved(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        raise ExpressionError("the date leaves the years 1 to 9999") from None
