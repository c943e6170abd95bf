"""A cell: private mount and process namespaces (and a network of its own, if asked) that end as one.

Process 1 of a cell is `cat`, reading a pipe that only we hold. When the pipe is closed, also by our being killed, `cat`
ends, and with process 1 the kernel ends every other process of the cell, then its mounts, taps and routes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from localazure.engine import process, undo
from localazure.engine.errors import EngineError
from localazure.engine.ledger import Ledger

_FLAGS = ("--mount", "--pid")
MOUNTS = Path("/mnt")  # a tmpfs of the cell's own lies here: short paths that any user can walk to


class Cell:
    """An open cell. `network` gives it a network namespace of its own."""

    def __init__(self, ledger: Ledger, *, network: bool = False) -> None:
        spaces = ["--pid", "--mount", "--mount-proc", *(["--net"] if network else [])]
        self._ledger = ledger
        self._has_network = network
        self._child = process.start(["unshare", "--fork", *spaces, "--kill-child=KILL", "--", "cat"], pipes=True)
        self._identity = ""
        try:
            self._await_first_process()
            self.init_pid = _only_child(self._child.pid)
            self._identity = undo.process_identity(self.init_pid)
            self._ledger.record("process", self._identity)
            process.run(self.command(["mount", "-t", "tmpfs", "-o", "mode=755", "cell", MOUNTS]))
        except BaseException:
            self.close()
            raise

    def command(self, argv: Sequence[process.Argument], *, network: bool = True) -> list[process.Argument]:
        """The same command, inside. Without `network`, it stays in the machine's."""
        flags = [*_FLAGS, *(["--net"] if network and self._has_network else [])]
        return ["nsenter", f"--target={self.init_pid}", *flags, "--", *argv]

    def path(self, inside: Path) -> Path:
        """A path of the cell's, as the machine reaches it: short, whatever lies above."""
        return Path(f"/proc/{self.init_pid}/root") / inside.relative_to("/")

    def mount_point(self, name: str) -> Path:
        """A new empty directory of the cell's own, to mount something on."""
        path = MOUNTS / name
        process.run(self.command(["mkdir", "-p", path]))
        return path

    def close(self) -> None:
        """End every process of the cell and with them its mounts. Idempotent."""
        process.kill(self._child)
        if self._identity:
            self._ledger.undo("process", self._identity)

    def _await_first_process(self) -> None:
        stdin, stdout = self._child.stdin, self._child.stdout
        if stdin is None or stdout is None:
            raise EngineError("A cell was started without pipes.")
        try:
            stdin.write(b"ready\n")
            stdin.flush()
            answer = stdout.readline()
        except BrokenPipeError:
            answer = b""
        if answer != b"ready\n":
            raise EngineError(
                "This machine does not let the engine make mount and process namespaces (`unshare` ended at once). "
                "In a container, run it with --privileged."
            )


def _only_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])
