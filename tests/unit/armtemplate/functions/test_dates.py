"""Dates, durations and .NET date formats."""

from datetime import UTC, datetime, timedelta

import pytest

from armtemplate import TemplateFaults, evaluate_expression
from armtemplate.errors import ExpressionError
from armtemplate.functions.date_format import format_date
from armtemplate.functions.date_text import parse_date, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-04-07T14:53:14Z", "2020-04-07T14:53:14"),
        ("2020-04-07 14:53:14", "2020-04-07T14:53:14"),
        ("2020-04-07T14:53:14+02:00", "2020-04-07T12:53:14"),
        ("2020-04-07T14:53", "2020-04-07T14:53:00"),
        ("2020-04-07", "2020-04-07T00:00:00"),
        ("20200407T145314Z", "2020-04-07T14:53:14"),
        ("4/7/2020 2:53:14 PM", "2020-04-07T14:53:14"),
        ("04/07/2020", "2020-04-07T00:00:00"),
        ("Tue, 07 Apr 2020 14:53:14 GMT", "2020-04-07T14:53:14"),
        ("April 7, 2020 12:00 AM", "2020-04-07T00:00:00"),
        ("2020-04-07T24:00:00Z", "2020-04-08T00:00:00"),
    ],
)
def test_dates_are_read_in_the_spellings_that_templates_use(text: str, expected: str) -> None:
    """ISO 8601 in its variants, the compact form, the invariant culture's and RFC 1123's; without a zone it is UTC."""
    assert parse_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "today", "2020-13-01", "2020-02-30", "2020-01-01T25:00", "1/2", "2020-01-01T12:00 XM", "T", "//"]
)
def test_what_is_no_date_is_a_fault(text: str) -> None:
    """No reading is guessed."""
    with pytest.raises(ExpressionError):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1Y", timedelta(days=365)),
        ("P1M", timedelta(days=30)),
        ("P1W", timedelta(days=7)),
        ("-P3D", timedelta(days=-3)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P1DT0.5S", timedelta(days=1, milliseconds=500)),
        ("PT36H", timedelta(hours=36)),
    ],
)
def test_durations_count_years_as_365_days_and_months_as_30(text: str, expected: timedelta) -> None:
    """ISO 8601 durations with an optional sign."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1", "P1H", "PT1D", "P1D1Y", "P-1D", "P1.5D", "PD", "P1DT"])
def test_a_malformed_duration_is_a_fault(text: str) -> None:
    """Units in order, each at most once, decimals on seconds alone."""
    with pytest.raises(ExpressionError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("D", "Tuesday, 05 March 2019"),
        ("g", "03/05/2019 17:53"),
        ("o", "2019-03-05T17:53:18.0400000Z"),
        ("R", "Tue, 05 Mar 2019 17:53:18 GMT"),
        ("s", "2019-03-05T17:53:18"),
        ("y", "2019 March"),
        ("%d", "5"),
        ("h:mm tt", "5:53 PM"),
        ("ss.FFF", "18.04"),
        ("ss.fff", "18.040"),
        ("'at' HH\\h", "at 17h"),
        ("yyy y", "2019 19"),
        ("zzz K", "+00:00 Z"),
    ],
)
def test_date_formats_are_dotnet_s(style: str, expected: str) -> None:
    """Standard letters and custom patterns with quotes and escapes."""
    moment = datetime(2019, 3, 5, 17, 53, 18, 40_000, tzinfo=UTC)
    assert format_date(moment, style) == expected


@pytest.mark.parametrize("style", ["x", "'open", "back\\", "ffffffff"])
def test_a_broken_date_format_is_a_fault(style: str) -> None:
    """Unknown letters, open quotes, too many decimals."""
    with pytest.raises(ExpressionError):
        format_date(datetime(2019, 3, 5, tzinfo=UTC), style)


@pytest.mark.parametrize(
    "expression",
    [
        "[dateTimeAdd('9999-12-31', 'P1Y')]",
        "[dateTimeFromEpoch(999999999999999)]",
        "[dateTimeAdd('2020-01-01', 'P999999999999D')]",
    ],
)
def test_dates_beyond_the_calendar_are_faults(expression: str) -> None:
    """Nothing before year 1 or behind year 9999."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
