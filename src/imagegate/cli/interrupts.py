"""How every command is interrupted: signals are counted, and raise where the program sleeps.

An exception out of a signal handler may come anywhere, also in the middle of taking a lock or of a teardown. Here a
handler only counts; clocks made of the count raise when the program sleeps, where it is safe. Only a program that does
not come to that within a second, because a request hangs or it never sleeps, is broken off wherever it is.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imagegate.errors import Interrupted
from imagegate.waiting import SystemClock

_ONE_AND_THE_SAME_S = 2.0
"""A terminal's Ctrl-C reaches a whole group, and a parent may pass it on: what comes so close together is one."""
_HEEDED_WITHIN_S = 1.0
"""A runner that cancels a step gives it 7.5 s from SIGINT to SIGTERM, and cancelling a run takes most of them."""
_LOOK_EVERY_S = 0.2


class Interrupts:
    """How often somebody asked us to stop."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, break_off_in: Callable[[float], object] = lambda _seconds: None
    ) -> None:
        """`break_off_in` is told in how many seconds the program is to be broken off; 0: not at all."""
        self.count = 0
        self._now = now
        self._break_off_in = break_off_in
        self._last: float | None = None

    def ask(self) -> None:
        """Somebody asks. Takes no lock: it runs inside a signal handler."""
        now = self._now()
        if self._last is None or now - self._last > _ONE_AND_THE_SAME_S:
            self.count += 1
            self._break_off_in(_HEEDED_WITHIN_S)
        self._last = now

    def clock(self, patience: int) -> "CountingClock":
        """A clock whose sleep is over once somebody has asked so many times."""
        return CountingClock(lambda: self._heed(patience))

    def _heed(self, patience: int) -> None:
        if self.count >= patience:
            self._break_off_in(0)
            raise Interrupted("Interrupted.")


class CountingClock:
    """The machine's clock; whoever sleeps by it sees an interruption soon."""

    def __init__(self, heed: Callable[[], None]) -> None:
        self._clock = SystemClock()
        self._heed = heed

    def now(self) -> float:
        """As the machine's clock."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Sleep; raises `Interrupted` before, within a moment, or after."""
        until = self.now() + seconds
        self._heed()
        while (left_s := until - self.now()) > 0:
            self._clock.sleep(min(left_s, _LOOK_EVERY_S))
            self._heed()


@contextmanager
def counted_interrupts() -> Iterator[Interrupts]:
    """Count SIGINT and SIGTERM for the length of the block, in place of what they do otherwise."""
    interrupts = Interrupts(break_off_in=lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds))
    previous = {
        number: signal.signal(number, lambda _number, _frame: interrupts.ask())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    previous[signal.SIGALRM] = signal.signal(signal.SIGALRM, _break_off)
    try:
        yield interrupts
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _break_off(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
