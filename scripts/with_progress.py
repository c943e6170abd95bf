#!/usr/bin/env python3
"""Run a command of the set-up, keep its output in a log, and say every few seconds how far it is.

    with_progress.py STAGE LOG COMMAND [ARGUMENT...]

A command that ends at once is not mentioned. One that fails has its output shown, and its exit code is the exit code.
Only the standard library, and nothing newer than Python 3.9: this runs before there is an environment.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from localazure.process_tree import ProcessTree

_FIRST_S = 0.5
_EVERY_S = 5.0
_ON_A_TERMINAL_S = 1.0
_SHOWN_LINES = 200
_WIDTH = 110


class Report:
    """Writes lines of progress: below each other in a file, over each other on a terminal."""

    def __init__(self, stage: str, log: Path, pid: int) -> None:
        self._stage = stage
        self._log = log
        self._tree = ProcessTree(pid)
        self._live = sys.stderr.isatty()
        self._began = time.monotonic()
        self._due_s = _FIRST_S
        self._said = False

    def tick(self) -> None:
        """Say how far it is, if it is time to."""
        seconds = time.monotonic() - self._began
        if seconds < self._due_s:
            return
        self._due_s = seconds + (_ON_A_TERMINAL_S if self._live else _EVERY_S)
        lines, last = _lines_of(self._log)
        news = f": {last}" if last else ""
        self._write(f"{self._stage}: {seconds:.0f} s, {self._tree.work()}, {lines} log lines{news}", passing=True)

    def end(self, exit_code: int) -> None:
        """Say how it ended; of a failure also what the command wrote."""
        if exit_code:
            lines = self._log.read_text(errors="replace").splitlines()
            self._write(f"{self._stage}: failed with exit code {exit_code}. The last lines of {self._log}:")
            for line in lines[-_SHOWN_LINES:]:
                self._write(f"    {line}")
        elif self._said:
            self._write(f"{self._stage}: done in {time.monotonic() - self._began:.0f} s")

    def _write(self, line: str, *, passing: bool = False) -> None:
        self._said = True
        if passing:
            width = min(_WIDTH, shutil.get_terminal_size().columns - 1) if self._live else _WIDTH
            line = line if len(line) <= width else line[: width - 1] + "…"
        encoding = sys.stderr.encoding or "ascii"
        line = line.encode(encoding, "replace").decode(encoding)
        with contextlib.suppress(OSError):  # the reader has left, or the disk is full: the command goes on
            sys.stderr.write(f"\r\x1b[K{line}{'' if passing else chr(10)}" if self._live else f"{line}\n")
            sys.stderr.flush()


def _lines_of(log: Path) -> tuple[int, str]:
    """How many lines there are, and the last one."""
    lines = [line for line in log.read_text(errors="replace").replace("\r", "\n").split("\n") if line.strip()]
    return len(lines), "".join(c if c.isprintable() else " " for c in lines[-1]).strip() if lines else ""


def main(stage: str, log_file: str, *command: str) -> int:
    """Run the command to its end; its exit code, as a shell has it."""
    log = Path(log_file)
    log.parent.mkdir(parents=True, exist_ok=True)
    terminated: list[int] = []
    signal.signal(signal.SIGINT, lambda *_: None)  # a terminal interrupts the command as well, and that ends this
    signal.signal(signal.SIGTERM, lambda number, _: terminated.append(number))
    with log.open("wb") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    report = Report(stage, log, child.pid)
    while True:
        try:
            child.wait(0.1)
        except subprocess.TimeoutExpired:
            if terminated:
                child.terminate()
            report.tick()
        else:
            break
    exit_code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    report.end(exit_code)
    return exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
