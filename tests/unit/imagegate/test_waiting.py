"""Waiting: deadlines, polling, interruption."""

import threading

import pytest

from fake_wire import HandClock
from imagegate.errors import DeadlinePassed, Interrupted
from imagegate.waiting import Deadline, Look, SystemClock, poll


def test_the_first_value_ends_the_wait(clock: HandClock) -> None:
    """Polling returns the first value, without sleeping after it."""
    looks = iter([Look[str](), Look[str](), Look(value="done")])

    value = poll(lambda: next(looks), deadline=Deadline.after(100, clock), what="it", interval_s=10)

    assert (value, clock.slept) == ("done", [10, 10])


def test_the_interval_grows_to_its_limit(clock: HandClock) -> None:
    """Without a word from the service the pauses grow by half, and no further than the interval."""
    looks = iter([*[Look[int]()] * 4, Look(value=1)])

    poll(lambda: next(looks), deadline=Deadline.after(100, clock), what="it", interval_s=4, first_interval_s=2)

    assert clock.slept == [2, 3, 4, 4]


def test_the_service_decides_the_pause(clock: HandClock) -> None:
    """A pause that the service asks for is kept, be it longer or shorter than the interval."""
    looks = iter([Look[int](retry_after_s=60), Look[int](retry_after_s=0.5), Look(value=1)])

    poll(lambda: next(looks), deadline=Deadline.after(100, clock), what="it", interval_s=10)

    assert clock.slept == [60, 0.5]


def test_the_last_look_is_at_the_deadline(clock: HandClock) -> None:
    """No pause leads beyond the deadline, and there is one look at it: what happened in the last pause counts."""
    looks = 0

    def look() -> Look[str]:
        nonlocal looks
        looks += 1
        return Look(value="just in time" if clock.time >= 1007 else None)

    assert poll(look, deadline=Deadline.after(7, clock), what="it", interval_s=5) == "just in time"
    assert (clock.slept, looks) == ([5, 2], 3)


def test_a_deadline_that_passes_is_told(clock: HandClock) -> None:
    """When nothing comes in time the error says what was waited for, and how long."""
    look: Look[str] = Look()

    with pytest.raises(DeadlinePassed, match=r"Gave up waiting for the train after 7 s; it may still happen\."):
        poll(lambda: look, deadline=Deadline.after(7, clock), what="the train", interval_s=5)


def test_a_sleeper_wakes_when_interrupted() -> None:
    """Interrupting the clock from another thread wakes a sleeper at once, and nobody sleeps after it."""
    clock = SystemClock()
    threading.Timer(0.01, clock.interrupt).start()

    with pytest.raises(Interrupted):
        clock.sleep(600)
    with pytest.raises(Interrupted):
        clock.sleep(0)


def test_remaining_time_is_never_negative(clock: HandClock) -> None:
    """A deadline in the past has nothing left."""
    deadline = Deadline.after(5, clock)
    clock.time += 9

    assert (deadline.remaining_s, deadline.passed) == (0.0, True)
