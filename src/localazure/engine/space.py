"""Room on this machine's disk: a build that would take the last of it is stopped first."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_RESERVE_BYTES = 1024**3
_LOOK_EVERY_S = 0.2


class SpaceWatch:
    """While this is open, `halt` is set when `cancelled` is, or when the file system of `folder` is all but full."""

    def __init__(self, folder: Path, cancelled: threading.Event) -> None:
        self.halt = threading.Event()
        self.is_short = False
        self._folder = folder
        self._cancelled = cancelled
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="space-watch", daemon=True)

    @property
    def why(self) -> str:
        """What to tell when it was the room."""
        return (
            f"The build was stopped, because less than 1 GiB is free on the disk that it works on:\n  {self._folder}\n"
            "Either a customizer writes without end, or this machine needs more room."
        )

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self.halt.is_set() and not self._over.wait(_LOOK_EVERY_S):
            self._look()

    def _look(self) -> None:
        status = os.statvfs(self._folder)
        self.is_short = status.f_bavail * status.f_frsize < _RESERVE_BYTES
        if self.is_short or self._cancelled.is_set():
            self.halt.set()
