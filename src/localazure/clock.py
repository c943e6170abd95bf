"""The local cloud's clock: the one thing that a test replaces to move time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time as the cloud sees it."""

    def now(self) -> datetime:
        """The time, with UTC as its zone."""
        ...

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait, or stop early when `until` is set; True when it was set."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The time, with UTC as its zone."""
        return datetime.now(UTC)

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait, or stop early when `until` is set; True when it was set."""
        if until is not None:
            return until.wait(seconds)
        time.sleep(seconds)
        return False


def sleep_until(clock: Clock, due: datetime, until: threading.Event | None = None) -> bool:
    """Wait for a moment, or stop early when `until` is set; True when it was set.

    A deadline is a moment that is fixed before the work begins: seconds counted afterwards would make it later.
    """
    return clock.sleep(max(0.0, (due - clock.now()).total_seconds()), until)


def timestamp(moment: datetime) -> str:
    """RFC 3339 with seven decimals, as most of ARM writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
