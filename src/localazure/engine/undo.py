"""How each kind of thing that the engine leaves on the machine is taken back. Every undo is idempotent.

Most of what the engine makes needs no undo: mounts live in a namespace that ends with its processes, taps and veth
pairs end with their namespace, and every program dies with its parent. What outlives a killed process is listed here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from localazure.engine import process
from localazure.engine.errors import EngineError, ProgramFailed

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
FORWARDING_USERS = Path("/run/localazure-forwarding")  # holds the value to go back to; each user holds a shared lock
PATH = "path"  # the kind that means the same on every machine that sees the file system
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROCESS_NUMBERS = Path("/proc/self/ns/pid")  # processes have numbers of their own in each such namespace
_PATIENCE_S = 5.0  # a killed namespace needs a moment until its last process is gone
_LOOK_EVERY_S = 0.05


def undo(kind: str, value: str) -> None:
    """Take one thing back. Unknown kinds (of a later version's ledger) are left alone.

    Raises:
        EngineError, OSError: it is still there.
    """
    action = _ACTIONS.get(kind)
    if action is not None:
        action(value)


def machine_identity() -> str:
    """This boot of this machine, and the process numbers that hold here."""
    return f"{_BOOT_ID.read_text().strip()} {_PROCESS_NUMBERS.readlink()}"


def process_identity(pid: int) -> str:
    """A process as `pid:start time`, so that a number that was given out again is never killed."""
    return f"{pid}:{_start_time(pid)}"


def _kill(value: str) -> None:
    pid, _, started = value.partition(":")
    if not started or _start_time(int(pid)) != started:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(pid), signal.SIGKILL)
    _until(lambda: _start_time(int(pid)) != started, f"process {pid}")


def _start_time(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def _remove_path(value: str) -> None:
    path = Path(value)
    if path.is_dir() and not path.is_symlink():
        _until(lambda: _removed(path), value)
    else:
        path.unlink(missing_ok=True)


def _removed(path: Path) -> bool:
    with contextlib.suppress(OSError):
        shutil.rmtree(path)
    return not path.exists()


def _remove_cgroup(value: str) -> None:
    root = Path(value)
    if root.is_dir():
        _until(lambda: _cgroup_removed(root), value)


def _cgroup_removed(root: Path) -> bool:
    for folder, _, _ in os.walk(root, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
    return not root.exists()


def _remove_table(value: str) -> None:
    with contextlib.suppress(ProgramFailed):  # it is gone already
        process.run(["nft", "delete", "table", "inet", value])


def _remove_forward_rules(value: str) -> None:
    with contextlib.suppress(ProgramFailed):
        for flag in ("-i", "-o"):
            process.run(["iptables", "-w", "-D", "FORWARD", flag, value, "-j", "ACCEPT"])


def _restore_forwarding(_value: str) -> None:
    """The last one who needed forwarding puts it back."""
    with contextlib.suppress(FileNotFoundError, BlockingIOError), FORWARDING_USERS.open("r") as users:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        FORWARDING.write_text(users.read() or "0")
        FORWARDING_USERS.unlink()


def _until(done: Callable[[], bool], what: str = "") -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not done():
        if time.monotonic() > deadline:
            raise EngineError(f"Still there: {what}")
        time.sleep(_LOOK_EVERY_S)


_ACTIONS: dict[str, Callable[[str], None]] = {
    "process": _kill,
    PATH: _remove_path,
    "cgroup": _remove_cgroup,
    "table": _remove_table,
    "forward-rules": _remove_forward_rules,
    "forwarding": _restore_forwarding,
}
