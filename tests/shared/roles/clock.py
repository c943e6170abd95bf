"""The clock of a local cloud that goes by itself, and can be moved on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

_LOOK_S = 0.02


class JumpingClock:
    """The machine's time, and as much later as it was moved."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait for the event or the time, whichever way it passes."""
        due, event = self.now() + timedelta(seconds=seconds), until or threading.Event()
        while (left_s := (due - self.now()).total_seconds()) > 0:
            if event.wait(min(left_s, _LOOK_S)):
                return True
        return event.is_set()

    def jump(self, seconds: float) -> None:
        """So much time passes at once."""
        self._ahead += timedelta(seconds=seconds)
