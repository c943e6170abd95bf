"""The clock of the tests: it stands until a test moves it, and moves only while every worker waits for it."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import localazure

PATIENCE_S = 30
_LOCALAZURE = Path(localazure.__file__).parent
_FUNCTIONS = _LOCALAZURE / "functions"  # its threads wait for processes of their own


@dataclass(frozen=True, kw_only=True)
class _Sleep:
    """What a thread waits for."""

    due: datetime
    until: threading.Event


class BenchClock:
    """A clock that stands until it is moved.

    Waits of less than a second end after a moment, as if the time had passed: they are polls. Longer ones are
    deadlines, and need their event or `let_pass`.
    """

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
        self._earlier = set(threading.enumerate())  # threads of a test before this one do not use this clock
        self._lock = threading.Lock()
        self._sleeps: dict[int, _Sleep] = {}
        self.rests: list[Callable[[], bool]] = []  # more that must hold before the clock may move

    def now(self) -> datetime:
        """The time that it was set to."""
        return self._now

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Wait for the event, or for the clock to have been moved far enough."""
        thread, event = threading.get_ident(), until or threading.Event()
        with self._lock:
            due = self._now + timedelta(seconds=seconds)
            self._sleeps[thread] = _Sleep(due=due, until=event)
        while True:
            woken = event.wait(0.005)
            with self._lock:
                if woken or seconds < 1 or self._now >= due:
                    del self._sleeps[thread]
                    return woken

    def let_pass(self, **amount: float) -> None:
        """Move the clock once every worker sleeps on it; return once each has done what was due and sleeps again."""
        self._when_all_sleep(lambda: self.move(**amount))
        self._when_all_sleep(lambda: None)

    def move(self, **amount: float) -> None:
        """Move the clock at once: for work that takes its time itself."""
        self._now += timedelta(**amount)

    def _when_all_sleep(self, action: Callable[[], None]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with self._lock:
                awake = [thread for thread in threading.enumerate() if self._is_awake(thread)]
                if not awake and all(rests() for rests in self.rests):
                    return action()
            if time.monotonic() > deadline:
                stacks = "\n".join(_stack(thread) for thread in awake) or "No thread; but see `rests`."
                raise AssertionError(f"After {PATIENCE_S} s not every worker sleeps on the clock:\n{stacks}")
            time.sleep(0.001)

    def _is_awake(self, thread: threading.Thread) -> bool:
        if thread in self._earlier or thread is threading.current_thread():
            return False
        sleep = self._sleeps.get(thread.ident or 0)
        if sleep is not None:
            return sleep.until.is_set() or self._now >= sleep.due
        return thread.is_alive() and _works_for_the_cloud(thread)


def _works_for_the_cloud(thread: threading.Thread) -> bool:
    """Whether code of the local cloud is on its stack, or it has not come to its work yet."""
    files = [Path(frame.f_code.co_filename) for frame in _frames(thread)]
    own = [file for file in files if file.is_relative_to(_LOCALAZURE)]
    if own:
        return not own[-1].is_relative_to(_FUNCTIONS)
    return all(file == Path(threading.__file__) for file in files)


def _frames(thread: threading.Thread) -> list[FrameType]:
    """Its frames, the innermost first."""
    frames, frame = list[FrameType](), sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def _stack(thread: threading.Thread) -> str:
    innermost = _frames(thread)[:1]
    lines = traceback.format_stack(innermost[0]) if innermost else ["  (no frame)\n"]
    return f"Thread {thread.name}:\n{''.join(lines)}"
