"""What a program and all that it started have done so far, as the kernel counts it in /proc.

Only the standard library, and nothing newer than Python 3.9: the set-up runs this before there is an environment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name, counted from the state (proc(5)).
_PARENT, _TIMES, _STARTED = 1, slice(11, 15), 19


@dataclass(frozen=True)
class Work:
    """Work of a process tree: bytes handed to write(2), seconds of CPU, and the program that computes most."""

    written_bytes: int = 0
    cpu_s: float = 0.0
    busiest: str = ""

    def __str__(self) -> str:
        """As part of a line of progress."""
        running = f", running {self.busiest}" if self.busiest else ""
        return f"{self.written_bytes / 1e6:.1f} MB written, {self.cpu_s:.0f} s of CPU{running}"


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    name: str
    ticks: int
    started: int


class ProcessTree:
    """A process and its descendants. The counts never go down, although processes end."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = Work()
        self._ticks: dict[int, int] = {}

    def work(self) -> Work:
        """The work up to now. A process that has ended counts as soon as its parent has waited for it."""
        found = _descendants(self._pid)
        self._most = Work(
            written_bytes=max(self._most.written_bytes, sum(_written_bytes(one.pid) for one in found)),
            cpu_s=max(self._most.cpu_s, sum(one.ticks for one in found) / _TICKS_PER_S),
            busiest=self._busiest(found),
        )
        self._ticks = {one.pid: one.ticks for one in found}
        return self._most

    def _busiest(self, found: list[_Process]) -> str:
        """Of what was started below the process itself: since the last look, and of equals the latest."""
        below = [one for one in found if one.pid != self._pid]
        most = max(below, key=lambda one: (one.ticks - self._ticks.get(one.pid, 0), one.started, one.pid), default=None)
        return most.name if most is not None else ""


def _descendants(pid: int) -> list[_Process]:
    """The process itself first."""
    children: dict[int, list[_Process]] = {}
    found: list[_Process] = []
    for folder in _PROC.glob("[0-9]*"):
        one = _read(folder)
        if one is None:
            continue
        children.setdefault(one.parent, []).append(one)
        if one.pid == pid:
            found.append(one)
    for one in found:  # grows while it is walked
        found.extend(children.get(one.pid, ()))
    return found


def _read(folder: Path) -> _Process | None:
    try:
        head, _, tail = (folder / "stat").read_text(errors="replace").rpartition(")")
    except OSError:  # it has ended
        return None
    fields = tail.split()
    return _Process(
        pid=int(folder.name),
        parent=int(fields[_PARENT]),
        name=head.partition("(")[2],
        ticks=sum(int(ticks) for ticks in fields[_TIMES]),
        started=int(fields[_STARTED]),
    )


def _written_bytes(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "io").read_text().splitlines()
    except OSError:  # it has ended, or belongs to another user
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("wchar:")), 0)
