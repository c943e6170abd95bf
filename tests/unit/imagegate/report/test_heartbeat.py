"""The pulse beside a quiet story."""

import threading

from imagegate.report.heartbeat import Heartbeat


def test_beats_until_it_is_stopped() -> None:
    """It calls again and again, and not any more once it was stopped; stopping twice is fine."""
    enough, count = threading.Event(), 0

    def beat() -> None:
        nonlocal count
        count += 1
        if count == 3:
            enough.set()

    heartbeat = Heartbeat(beat, interval_s=0.001)
    heartbeat.start()
    assert enough.wait(10)
    heartbeat.stop()
    heartbeat.stop()

    seen = count
    assert not any(thread.name == "heartbeat" and thread.is_alive() for thread in threading.enumerate())
    assert count == seen


def test_may_be_stopped_before_it_began() -> None:
    """A command may end before its story begins."""
    Heartbeat(lambda: None).stop()
