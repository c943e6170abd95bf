"""Counting calls."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from localazure.http.throttling import Throttling


class _StandingClock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The time."""
        return self.moment

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Nobody waits here."""
        raise AssertionError(f"nothing waits here: {seconds} {until}")


def _left(headers: dict[str, str], kind: str) -> int:
    return int(headers[f"x-ms-ratelimit-remaining-subscription-{kind}"])


def test_buckets_empty_and_fill_at_azures_pace() -> None:
    """250 reads, 25 a second; 200 writes, 10 a second; each principal and kind by itself."""
    clock = _StandingClock()
    throttling = Throttling(clock)
    assert _left(throttling.headers("GET", "p"), "reads") == 249
    assert _left(throttling.headers("PUT", "p"), "writes") == 199
    assert _left(throttling.headers("DELETE", "p"), "deletes") == 199
    assert _left(throttling.headers("GET", "other"), "reads") == 249
    for _ in range(300):
        headers = throttling.headers("GET", "p")
    assert _left(headers, "reads") == 0
    clock.moment += timedelta(seconds=2)
    assert _left(throttling.headers("GET", "p"), "reads") == 49
