"""What the engine has made and not yet taken back: written down before it is made.

One file an engine, in `<work_dir>/ledgers`. Its owner holds a lock on it as long as it lives, so whoever gets the
lock knows that the owner is dead. That is the janitor, a process of its own that waits for its owner's end; and
should it have been killed too, the next engine that starts in the same directory. Its first line says on which
machine, and since which boot, it was written: elsewhere its numbers and names mean others, and only its files are ours.
"""

from __future__ import annotations

import fcntl
import json
import logging
import sys
import threading
import uuid
from pathlib import Path

from localazure.engine import process, undo
from localazure.engine.errors import EngineError

_FOLDER = "ledgers"
_LOG = logging.getLogger(__name__)


class Ledger:
    """The open ledger of a living engine. Safe to use from several threads."""

    def __init__(self, work_dir: Path) -> None:
        folder = work_dir / _FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        sweep(work_dir)
        self.path = folder / f"{uuid.uuid4().hex[:12]}.jsonl"
        self._lock = threading.Lock()
        unlocked = self.path.with_suffix(".new")  # a sweep looks at .jsonl, and must not find this one without its lock
        self._file = unlocked.open("a")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        unlocked.rename(self.path)
        self._open: dict[tuple[str, str], None] = {}
        self._write("on", "machine", undo.machine_identity())
        self._janitor = process.start(
            [sys.executable, "-P", "-m", "localazure.engine.janitor", self.path],
            pipes=True,
            dies_with_us=False,
            environment={"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def record(self, kind: str, value: str | Path) -> None:
        """Write down that something is about to be made; returns once that is on its way to the disk.

        Raises:
            EngineError: the engine was closed; nothing may be made any more.
        """
        with self._lock:
            if self._file.closed:
                raise EngineError("The engine was closed.")
            self._open[kind, str(value)] = None
            self._write("made", kind, str(value))

    def undo(self, kind: str, value: str | Path) -> None:
        """Take one thing back and cross it out; what resists stays in the ledger, and is tried again. Idempotent."""
        if _taken_back(kind, str(value)):
            self.forget(kind, value)

    def forget(self, kind: str, value: str | Path) -> None:
        """Cross out what has become somebody else's (a file that was moved into the cache)."""
        with self._lock:
            if self._open.pop((kind, str(value)), self) is None and not self._file.closed:
                self._write("gone", kind, str(value))

    def close(self) -> None:
        """Take everything back, the latest first, and send the janitor home. Idempotent."""
        for kind, value in reversed(list(self._open)):
            self.undo(kind, value)
        with self._lock:
            if not self._open:
                self.path.unlink(missing_ok=True)
            self._file.close()
        process.end(self._janitor)

    def _write(self, verb: str, kind: str, value: str) -> None:
        self._file.write(json.dumps([verb, kind, value]) + "\n")
        self._file.flush()


def sweep(work_dir: Path) -> None:
    """Take back what engines left in `work_dir` that did not end on their own terms. Living ones are not touched."""
    for path in sorted((work_dir / _FOLDER).glob("*.jsonl")):
        settle(path, wait=False)


def settle(path: Path, *, wait: bool) -> None:
    """Take back all that a dead owner's ledger lists. With `wait`, until its owner is dead; without, only if it is."""
    try:
        with path.open("r") as ledger:
            fcntl.flock(ledger, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            left = [one for one in reversed(_still_there(ledger.read())) if not _taken_back(*one)]
            if not left:
                path.unlink(missing_ok=True)
    except (FileNotFoundError, BlockingIOError):
        return


def _taken_back(kind: str, value: str) -> bool:
    try:
        undo.undo(kind, value)
    except (EngineError, OSError) as fault:  # the others are still taken back
        _LOG.warning("What the engine made could not be taken back: %s %s: %s", kind, value, fault)
        return False
    return True


def _still_there(text: str) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    elsewhere = False
    for line in text.splitlines():
        try:
            verb, kind, value = json.loads(line)
        except ValueError:  # the owner was killed in the middle of a line: what it says was not made yet
            continue
        if verb == "made":
            found[kind, value] = None
        elif verb == "gone":
            found.pop((kind, value), None)
        elif (verb, kind) == ("on", "machine"):
            elsewhere = value != undo.machine_identity()
    return [one for one in found if one[0] == undo.PATH or not elsewhere]
