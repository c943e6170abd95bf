"""One event on its way to one subscriber: when to try again, and when to give up.

Source: Event Grid documentation, "Message delivery and retry" (schedule, waits by status, limits, dead-lettering).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.events.event import CLOUD_EVENT_SCHEMA, Event

_MINUTE, _HOUR = 60.0, 3600.0
RETRY_AFTER_S = (10, 30, _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR)
DEAD_LETTER_DELAY_S = 5 * _MINUTE
DELIVERED = frozenset({"OK", "Created", "Accepted", "NonAuthoritativeInformation", "NoContent"})
_NEVER_AGAIN = frozenset({"BadRequest", "ContentTooLarge", "RequestEntityTooLarge"})
_AT_LEAST_S = {
    "Unauthorized": 5 * _MINUTE,
    "Forbidden": 5 * _MINUTE,
    "NotFound": 5 * _MINUTE,
    "RequestTimeout": 2 * _MINUTE,
    "ServiceUnavailable": 30,
}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """`subscription_id` is looked up at each attempt: a subscription that is gone gets nothing more."""

    event: Event
    subscription_id: ResourceId
    published_at: datetime
    attempts: int = 0
    last_outcome: str = ""
    last_attempt_at: datetime | None = None

    def next_wait_s(self) -> float:
        """How long to wait after the attempt that has just failed."""
        scheduled = RETRY_AFTER_S[min(self.attempts, len(RETRY_AFTER_S)) - 1]
        return max(scheduled, _AT_LEAST_S.get(self.last_outcome, 0))

    def over(self, *, next_at: datetime, most_attempts: int, time_to_live: timedelta) -> str | None:
        """Why there is no other attempt; None when there is one.

        The words of the two limits are Event Grid's; of an answer that forbids another attempt, the answer's own.
        """
        if self.last_outcome in _NEVER_AGAIN:
            return self.last_outcome
        if self.attempts >= most_attempts:
            return "MaxDeliveryAttemptsExceeded"
        if next_at > self.published_at + time_to_live:
            return "TimeToLiveExceeded"
        return None

    def dead_letter(self, schema: str, reason: str) -> dict[str, object]:
        """The event as it lies in the dead-letter container: with what became of it."""
        last = timestamp(self.last_attempt_at) if self.last_attempt_at else ""
        facts = {
            "deadLetterReason": reason,
            "deliveryAttempts": self.attempts,
            "lastDeliveryOutcome": self.last_outcome,
            "publishTime": timestamp(self.published_at),
            "lastDeliveryAttemptTime": last,
        }
        if schema == CLOUD_EVENT_SCHEMA:
            facts = {name.lower(): value for name, value in facts.items()}
        return {**self.event.written_in(schema), **facts}
