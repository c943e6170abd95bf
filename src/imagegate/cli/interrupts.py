"""Interruptions that are counted rather than raised, for a command that has to tear down.

An exception out of a signal handler may come anywhere, also in the middle of taking a lock. Here a handler only counts;
clocks made of the count raise when the program sleeps, where it is safe.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imagegate.errors import Interrupted
from imagegate.waiting import SystemClock

_ONE_AND_THE_SAME_S = 2.0
"""A terminal's Ctrl-C reaches a whole group, and a parent may pass it on: what comes so close together is one."""


class Interrupts:
    """How often somebody asked us to stop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.count = 0
        self._now = now
        self._last: float | None = None

    def ask(self) -> None:
        """Somebody asks. Takes no lock: it runs inside a signal handler."""
        now = self._now()
        if self._last is None or now - self._last > _ONE_AND_THE_SAME_S:
            self.count += 1
        self._last = now

    def clock(self, patience: int) -> "CountingClock":
        """A clock whose sleep is over once somebody has asked so many times."""
        return CountingClock(lambda: self.count >= patience)


class CountingClock:
    """The machine's clock, for short sleeps: an interruption is seen at the end of one."""

    def __init__(self, asked: Callable[[], bool]) -> None:
        self._clock = SystemClock()
        self._asked = asked

    def now(self) -> float:
        """As the machine's clock."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Sleep; raises `Interrupted` before or after."""
        self._heed()
        self._clock.sleep(seconds)
        self._heed()

    def _heed(self) -> None:
        if self._asked():
            raise Interrupted("Interrupted.")


@contextmanager
def counted_interrupts() -> Iterator[Interrupts]:
    """Count SIGINT and SIGTERM for the length of the block, in place of what they do otherwise."""
    interrupts = Interrupts()
    previous = {
        number: signal.signal(number, lambda _number, _frame: interrupts.ask())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interrupts
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
