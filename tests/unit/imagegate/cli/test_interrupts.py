"""Signals are counted, once for each time that somebody asks."""

import os
import signal

import pytest

from imagegate.cli.interrupts import Interrupts, counted_interrupts
from imagegate.errors import Interrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_the_first_clock_only(number: signal.Signals) -> None:
    """The first signal ends the first clock's sleep; the second clock sleeps on; afterwards signals are as before."""
    before = signal.getsignal(number)
    with counted_interrupts() as interrupts:
        first, second = interrupts.clock(1), interrupts.clock(2)
        first.sleep(0)
        os.kill(os.getpid(), number)

        with pytest.raises(Interrupted):
            first.sleep(0)
        second.sleep(0)

    assert signal.getsignal(number) is before


def test_echo_is_no_second_wish() -> None:
    """Signals close together are one wish; a later one is a second."""
    time = iter([0.0, 0.1, 1.5, 10.0])
    interrupts = Interrupts(now=lambda: next(time))

    counts = []
    for _ in range(4):
        interrupts.ask()
        counts.append(interrupts.count)

    assert counts == [1, 1, 1, 2]
    with pytest.raises(Interrupted):
        interrupts.clock(2).sleep(0)
