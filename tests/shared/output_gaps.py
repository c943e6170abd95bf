"""How long a command stays silent: run it with its output to a terminal or to a file, and note when each byte came."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Command = Sequence[str | Path]

_LOOK_EVERY_S = 0.05  # a file says nothing when it grows
_ROWS_AND_COLUMNS = (40, 120)
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A silence: how long, when it began, and the lines around it."""

    seconds: float
    began_s: float
    before: str
    after: str

    def __str__(self) -> str:
        where = f"    before: {self.before}\n    after:  {self.after}"
        return f"{self.seconds:6.1f} s of silence at {self.began_s:.1f} s\n{where}"


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A command that ended: its exit code, and what it wrote, each chunk with its time since the start."""

    exit_code: int
    seconds: float
    chunks: tuple[tuple[float, bytes], ...]

    @property
    def text(self) -> str:
        """All that it wrote."""
        return b"".join(chunk for _, chunk in self.chunks).decode(errors="replace")

    def gaps(self, count: int = 10) -> list[Gap]:
        """The longest silences, the longest first; start and end of the command count as bytes."""
        times = [0.0, *(at for at, _ in self.chunks), self.seconds]
        longest = sorted(range(1, len(times)), key=lambda place: times[place - 1] - times[place])[:count]
        return [self._gap(times, place) for place in longest]

    def report(self, count: int = 10) -> str:
        """The longest silences as text, for whoever reads a test's output."""
        return "\n".join([f"exit code {self.exit_code} after {self.seconds:.1f} s", *map(str, self.gaps(count))])

    def _gap(self, times: Sequence[float], place: int) -> Gap:
        written = [chunk for _, chunk in self.chunks]
        return Gap(
            seconds=times[place] - times[place - 1],
            began_s=times[place - 1],
            before=next(iter(_lines(written[: place - 1])[::-1]), "(start)"),
            after=next(iter(_lines(written[place - 1 :])), "(end)"),
        )


def record(
    command: Command,
    *,
    terminal: bool,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Recording:
    """Run a command to its end, both of its outputs to one terminal or to one file."""
    return (_to_terminal if terminal else _to_file)(command, environment, folder)


def _to_terminal(command: Command, environment: Mapping[str, str] | None, folder: Path | None) -> Recording:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *_ROWS_AND_COLUMNS, 0, 0))
    began = time.monotonic()
    chunks = []
    try:
        with _started(command, theirs, environment, folder) as child:
            os.close(theirs)
            while chunk := _read(ours):
                chunks.append((time.monotonic() - began, chunk))
            exit_code = child.wait()
    finally:
        os.close(ours)
    return Recording(exit_code=exit_code, seconds=time.monotonic() - began, chunks=tuple(chunks))


def _to_file(command: Command, environment: Mapping[str, str] | None, folder: Path | None) -> Recording:
    chunks = []
    began = time.monotonic()
    with tempfile.TemporaryFile() as written, _started(command, written.fileno(), environment, folder) as child:
        at = 0
        ended = False
        while not ended:
            ended = child.poll() is not None
            if chunk := os.pread(written.fileno(), 1 << 20, at):
                chunks.append((time.monotonic() - began, chunk))
                at += len(chunk)
                ended = False
            else:
                time.sleep(_LOOK_EVERY_S)
    return Recording(exit_code=child.returncode, seconds=time.monotonic() - began, chunks=tuple(chunks))


@contextmanager
def _started(
    command: Command, output: int, environment: Mapping[str, str] | None, folder: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start it; where the test is interrupted, end it, too."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        child.kill()  # without effect once it has been waited for
        child.wait()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux: the last program on the terminal is gone
        return b""


def _lines(chunks: Sequence[bytes]) -> list[str]:
    """Readable lines, without what moves a cursor."""
    text = b"".join(chunks).decode(errors="replace").replace("\r", "\n")
    lines = (_CONTROL.sub("", line).strip() for line in text.split("\n"))
    return [line for line in lines if line]
