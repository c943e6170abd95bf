"""Signals are counted, once for each time that somebody asks."""

import os
import signal
import threading

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


def test_what_hangs_is_broken_off() -> None:
    """A program that does not come to a sleep is broken off wherever it hangs; afterwards the alarm is as before."""
    before = signal.getsignal(signal.SIGALRM)

    def hang() -> None:
        with counted_interrupts():
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(60)

    with pytest.raises(KeyboardInterrupt):
        hang()

    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_is_heeded_is_not_broken_off() -> None:
    """Once a clock has raised, nothing else will: what tears down goes on undisturbed until somebody asks again."""
    alarms: list[float] = []
    time = iter([0.0, 10.0])
    interrupts = Interrupts(now=lambda: next(time), break_off_in=alarms.append)

    interrupts.ask()
    with pytest.raises(Interrupted):
        interrupts.clock(1).sleep(60)
    interrupts.clock(2).sleep(0)
    heeded = list(alarms)
    interrupts.ask()

    assert heeded[-1] == 0
    assert alarms == [1.0, 0, 1.0]


def test_a_sleep_ends_early() -> None:
    """A signal in the middle of a long sleep ends it."""
    signalling = threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with counted_interrupts() as interrupts:
        signalling.start()
        with pytest.raises(Interrupted):
            interrupts.clock(1).sleep(3600)


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
