"""Runs a program as root of a user namespace: `python shifted.py PROGRAM ARGUMENT…`.

Everything that a hostile customizer may own is kept with its user ids shifted by `SHIFT`: what is root in the
container is nobody on the machine. Programs that write or read such trees (tar, mkfs) run in a namespace with the
same shift, so that they see the ids as the image will have them, and file capabilities survive.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

SHIFT = 15259 * 65536  # the first id of the range; systemd-nspawn wants a multiple of 65536
COUNT = 65536


def command(argv: Sequence[str | Path]) -> list[str | Path]:
    """The same command, run through this module. `process` starts it."""
    return [sys.executable, "-I", Path(__file__), *argv]


def main() -> None:
    """Run `sys.argv[1:]` in the namespace and end with its exit code."""
    program = shutil.which(sys.argv[1])
    if program is None:
        sys.exit(f"{sys.argv[1]}: not found")
    entered, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.unshare(os.CLONE_NEWUSER)
        os.write(entered[1], b".")
        os.read(mapped[0], 1)
        os.setgroups([])
        os.setgid(0)
        os.setuid(0)
        os.execv(program, sys.argv[1:])  # noqa: S606 - no shell is wanted
    os.read(entered[0], 1)
    for kind in ("uid_map", "gid_map"):
        Path(f"/proc/{child}/{kind}").write_text(f"0 {SHIFT} {COUNT}\n")
    os.write(mapped[1], b".")
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
