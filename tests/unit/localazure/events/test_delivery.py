"""When a delivery is tried again, and when it is given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from localazure.arm.resource_id import ResourceId
from localazure.events.delivery import Delivery
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA, Event

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_DELIVERY = Delivery(
    event=Event(id="1", type="t", subject="s", time="2026-11-21T12:00:00Z", topic="/t", data={}, data_version="2"),
    subscription_id=ResourceId("/subscriptions/s/providers/Microsoft.EventGrid/eventSubscriptions/x"),
    published_at=_NOW,
)


def _failed(attempts: int, outcome: str = "InternalServerError") -> Delivery:
    return replace(_DELIVERY, attempts=attempts, last_outcome=outcome, last_attempt_at=_NOW)


def test_schedule_is_the_documented_one() -> None:
    """10 s, 30 s, 1 m, 5 m, 10 m, 30 m, 1 h, 3 h, 6 h, then every 12 hours."""
    waits = [_failed(attempt).next_wait_s() for attempt in range(1, 13)]

    assert waits == [10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200, 43200, 43200]


@pytest.mark.parametrize(
    ("outcome", "wait_s"),
    [("NotFound", 300), ("Unauthorized", 300), ("Forbidden", 300), ("RequestTimeout", 120), ("ServiceUnavailable", 30)],
)
def test_some_answers_ask_for_patience(outcome: str, wait_s: float) -> None:
    """Statuses with a documented minimum wait have it from the first attempt on."""
    assert _failed(1, outcome).next_wait_s() == wait_s


@pytest.mark.parametrize(
    ("delivery", "next_in", "reason"),
    [
        (_failed(1), timedelta(seconds=10), None),
        (_failed(30), timedelta(seconds=10), "MaxDeliveryAttemptsExceeded"),
        (_failed(2), timedelta(days=2), "TimeToLiveExceeded"),
        (_failed(1, "BadRequest"), timedelta(seconds=10), "BadRequest"),
        (_failed(1, "ContentTooLarge"), timedelta(seconds=10), "ContentTooLarge"),
    ],
)
def test_limits_end_it(delivery: Delivery, next_in: timedelta, reason: str | None) -> None:
    """Attempts, time to live, and answers that will never change."""
    assert delivery.over(next_at=_NOW + next_in, most_attempts=30, time_to_live=timedelta(days=1)) == reason


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (EVENT_GRID_SCHEMA, ("deadLetterReason", "deliveryAttempts", "lastDeliveryOutcome", "publishTime")),
        (CLOUD_EVENT_SCHEMA, ("deadletterreason", "deliveryattempts", "lastdeliveryoutcome", "publishtime")),
    ],
)
def test_dead_letter_says_what_became_of_the_event(schema: str, names: tuple[str, ...]) -> None:
    """The event as it would have been delivered, with reason, attempts and outcome in the schema's spelling."""
    letter = _failed(30).dead_letter(schema, "MaxDeliveryAttemptsExceeded")

    assert [letter[name] for name in names[:3]] == ["MaxDeliveryAttemptsExceeded", 30, "InternalServerError"]
    assert names[3] in letter
    assert letter["id"] == "1"
