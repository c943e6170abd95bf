"""Waking from a signal handler."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from localazure.wake import Wake


@pytest.fixture
def wake() -> Iterator[Wake]:
    """Set by SIGUSR1."""
    found = Wake()
    before = signal.signal(signal.SIGUSR1, found.set)
    yield found
    signal.signal(signal.SIGUSR1, before)


def test_a_storm_of_signals_wakes(wake: Wake) -> None:
    """Signals that come while another one is handled wake all the same: nothing waits for a lock."""

    def storm() -> None:
        for _ in range(2000):
            os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=storm)
    thread.start()

    assert wake.wait(60)

    thread.join()


def test_set_before_anybody_waits(wake: Wake) -> None:
    """A wake that comes early is not lost; one that was forgotten does not wake, however many there were."""
    for _ in range(100_000):
        wake.set()
    assert wake.wait(0)

    wake.clear()

    assert not wake.wait(0)
