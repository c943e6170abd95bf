"""How much the trial's cloud has done so far: what the kernel counts, and what its machines wrote on their consoles."""

from __future__ import annotations

import contextlib
from pathlib import Path

from localazure.process_tree import ProcessTree

_CONSOLES = ("work/build-machines.log", "work/machines/*/serial.log")


class CloudWork:
    """The work of the cloud with that process and state folder. Counts never go down, although machines go."""

    def __init__(self, pid: int, state: Path) -> None:
        self._tree = ProcessTree(pid)
        self._state = state
        self._lines: dict[Path, int] = {}

    def __str__(self) -> str:
        """As part of a line of progress."""
        for console in (path for pattern in _CONSOLES for path in self._state.glob(pattern)):
            with contextlib.suppress(OSError):  # its machine was just deleted
                self._lines[console] = console.read_bytes().count(b"\n")
        lines = sum(self._lines.values())
        return f"{self._tree.work()}, {lines} console line{'' if lines == 1 else 's'}"
