"""Deadlines and polling: the only place that sleeps."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from imagegate.errors import DeadlinePassed, Interrupted


class Clock(Protocol):
    """Time as this program sees it. Tests bring their own, in which sleeping only moves the hands."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds, or raise `Interrupted` when somebody asked us to stop."""
        ...


class SystemClock:
    """The machine's clock. `interrupt()` wakes every sleeper, from any thread or a signal handler."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep, unless or until interrupted."""
        if self._stop.wait(max(0.0, seconds)):
            raise Interrupted("Interrupted while waiting.")

    def interrupt(self) -> None:
        """From now on every sleep raises `Interrupted` at once."""
        self._stop.set()


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A moment on a clock after which nobody waits any longer."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> "Deadline":
        """So many seconds from now."""
        return cls(clock=clock, at=clock.now() + seconds)

    @property
    def remaining_s(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.at - self.clock.now())

    @property
    def passed(self) -> bool:
        """Whether the moment is behind us."""
        return self.clock.now() >= self.at


@dataclass(frozen=True, kw_only=True)
class Look[T]:
    """What one look brought: a value when it is done, and how long the service asks us to stay away."""

    value: T | None = None
    retry_after_s: float | None = None


def poll[T](
    look: Callable[[], Look[T]],
    *,
    deadline: Deadline,
    what: str,
    interval_s: float = 30.0,
    first_interval_s: float | None = None,
) -> T:
    """Look until a look brings a value, and return it.

    Between looks it sleeps as long as the service asked, else an interval that grows by half from `first_interval_s` to
    `interval_s`; never beyond the deadline. The last look is made at the deadline.

    Raises:
        DeadlinePassed: no value in time; `what` completes the sentence "Gave up waiting for …".
        Interrupted: somebody asked us to stop.
    """
    begun = deadline.clock.now()
    pause_s = min(first_interval_s if first_interval_s is not None else interval_s, interval_s)
    while True:
        last = deadline.passed
        seen = look()
        if seen.value is not None:
            return seen.value
        if last:
            waited_s = round(deadline.clock.now() - begun)
            raise DeadlinePassed(f"Gave up waiting for {what} after {waited_s} s; it may still happen.")
        asked_s = seen.retry_after_s if seen.retry_after_s is not None else pause_s
        pause_s = min(pause_s * 1.5, interval_s)
        deadline.clock.sleep(min(asked_s, deadline.remaining_s))
