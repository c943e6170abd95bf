"""Timer schedules."""

import json
from datetime import UTC, datetime

import azure.functions as func
import pytest
from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from localazure.functions.timers import BadSchedule, next_due, timer_request

_NOW = datetime(2026, 11, 21, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("0 */10 * * * *", datetime(2026, 11, 21, 12, 10, tzinfo=UTC)),
        ("0 5/15 * * * *", datetime(2026, 11, 21, 12, 20, tzinfo=UTC)),
        ("*/5 * * * * *", datetime(2026, 11, 21, 12, 7, 35, tzinfo=UTC)),
        ("30 4 * * *", datetime(2026, 11, 22, 4, 30, tzinfo=UTC)),
        ("0 0 0 * * MON", datetime(2026, 11, 23, tzinfo=UTC)),
        ("%WHEN%", datetime(2026, 11, 21, 13, tzinfo=UTC)),
    ],
)
def test_next_time_of_a_schedule(schedule: str, due: datetime) -> None:
    """Six fields begin with the seconds, five leave them out, and a setting may hold the whole."""
    assert next_due(schedule, _NOW, {"WHEN": "0 0 * * * *"}) == due


@pytest.mark.parametrize("schedule", ["", "often", "61 * * * * *", "%ABSENT%", "00:05:00"])
def test_unreadable_schedule_is_told(schedule: str) -> None:
    """What is no NCRONTAB expression is refused at the start."""
    with pytest.raises(BadSchedule):
        next_due(schedule, _NOW, {})


@pytest.mark.parametrize("past_due", [True, False])
def test_library_reads_what_a_timer_is_given(*, past_due: bool) -> None:
    """The request is one that the platform's library decodes."""
    text = timer_request(last=_NOW, due=None, past_due=past_due)

    decoded = TimerRequestConverter.decode(Datum(text, "json"), trigger_metadata={})

    assert isinstance(decoded, func.TimerRequest)
    assert decoded.past_due is past_due
    assert json.loads(text)["ScheduleStatus"]["Last"] == "2026-11-21T12:07:30.0000000Z"
