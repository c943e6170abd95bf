"""The janitor: a process that waits for its owner's end, and for nothing else."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


class Owner:
    """An owner with a ledger, a thing that it made, and a janitor."""

    def __init__(self, folder: Path) -> None:
        self.left = folder / "left"
        self.left.mkdir()
        self.path = folder / "ledger.jsonl"
        self.path.write_text(json.dumps(["made", "path", str(self.left)]) + "\n")
        self._held = self.path.open("r")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        argv = [sys.executable, "-m", "localazure.engine.janitor", str(self.path)]
        self.janitor = subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True)

    def close_pipe(self) -> None:
        """The pipe ends, as it does when the owner does."""
        if self.janitor.stdin is not None:
            self.janitor.stdin.close()

    def release(self) -> None:
        """The lock goes, as it does when the owner does."""
        self._held.close()

    def end(self) -> None:
        """Leave nothing of the test."""
        self.close_pipe()
        self.release()
        self.janitor.kill()
        self.janitor.wait()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """An owner that is alive."""
    made = Owner(tmp_path)
    yield made
    made.end()


def test_takes_back_what_a_dead_owner_left(owner: Owner) -> None:
    """When its owner is gone, what its ledger lists goes, then the ledger, then the janitor."""
    owner.release()
    owner.close_pipe()

    assert owner.janitor.wait(30) == 0
    assert not owner.left.exists()
    assert not owner.path.exists()


def test_waits_for_the_lock_too(owner: Owner) -> None:
    """A pipe that ended is not enough: as long as somebody holds the ledger, nothing of it is touched."""
    owner.close_pipe()

    with pytest.raises(subprocess.TimeoutExpired):
        owner.janitor.wait(1)
    assert owner.left.exists()
    owner.release()
    assert owner.janitor.wait(30) == 0
    assert not owner.left.exists()


def test_owner_that_tidied_up_itself_leaves_nothing_to_do(owner: Owner) -> None:
    """A ledger that its owner removed is no error."""
    owner.path.unlink()
    owner.release()
    owner.close_pipe()

    assert owner.janitor.wait(30) == 0
    assert owner.left.exists()


def test_is_not_interrupted_by_what_ends_its_owner(tmp_path: Path) -> None:
    """An interrupt or a hang-up at the terminal does not end the janitor before its work is done."""
    argv = [sys.executable, "-m", "localazure.engine.janitor", str(tmp_path / "ledger.jsonl")]
    path = tmp_path / "ledger.jsonl"
    path.write_text("")
    started = subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True)
    status = Path(f"/proc/{started.pid}/status")
    wanted = sum(1 << (number - 1) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    patience = time.monotonic() + 20
    while started.poll() is None and time.monotonic() < patience:
        line = next(line for line in status.read_text().splitlines() if line.startswith("SigIgn:"))
        if int(line.split()[1], 16) & wanted == wanted:
            break
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        started.send_signal(number)
    assert started.stdin is not None
    started.stdin.close()

    assert started.wait(30) == 0
    assert not path.exists()
