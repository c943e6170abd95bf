"""Wakes a thread from a signal handler, in which no lock may be taken."""

import os
import select
from contextlib import suppress


class Wake:
    """An event of a pipe. `threading.Event` would deadlock: a second signal may come while the first one sets it."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def set(self, *_: object) -> None:
        """Wake who waits, now or later; takes a signal handler's arguments."""
        with suppress(BlockingIOError):  # the pipe is full of wakes
            os.write(self._write, b"\0")

    def clear(self) -> None:
        """Forget what came so far."""
        with suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it was set, before the seconds were over."""
        return bool(select.select([self._read], [], [], seconds)[0])
