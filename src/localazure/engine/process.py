"""The one place that starts programs: arguments as lists, a clean environment, no child that outlives us."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from localazure.engine.errors import ProgramCancelled, ProgramFailed, ProgramTimedOut

Argument = str | Path
OnLine = Callable[[str], None]

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KEPT_BYTES = 65536  # of a program's output, its end: enough for a message, never a whole build log
_LONGEST_LINE_BYTES = 65536  # what is longer is handed on in pieces: no program makes us hold all that it writes
_GRANDCHILDREN_S = 1.0  # how long we go on reading what others still write to the outputs of a program that ended
_LOOK_EVERY_S = 0.1  # how soon a cancellation is noticed; output and exit are noticed at once

# The kernel's parent-death signal follows the *thread* that started a program. Threads of a server come and go, so all
# programs are started from one that stays.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A program that ended. `stdout` and `stderr` hold the last 64 KiB of each."""

    exit_code: int
    stdout: str
    stderr: str


def run(
    argv: Sequence[Argument],
    *,
    timeout_s: float = 60,
    stdin: bytes | Path | None = None,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    cancelled: threading.Event | None = None,
    on_stdout: OnLine | None = None,
    on_stderr: OnLine | None = None,
    check: bool = True,
) -> Completed:
    """Run a program to its end; lines are handed on as they come.

    Raises:
        ProgramFailed: it ended with another exit code than 0 (unless `check` is off), or is not there.
        ProgramTimedOut: it took longer than `timeout_s`; it was killed.
        ProgramCancelled: `cancelled` was set; it was killed.
    """
    with _input(stdin) as source:
        child = _start(_mortal(argv), source, subprocess.PIPE, subprocess.PIPE, directory, environment)
        readers = {child.stdout: _Lines(on_stdout), child.stderr: _Lines(on_stderr)}
        try:
            _follow(argv, child, readers, time.monotonic() + timeout_s, cancelled)
        except BaseException:
            kill(child)
            raise
        finally:
            for stream in (child.stdout, child.stderr):
                if stream is not None:
                    stream.close()
    done = Completed(
        exit_code=child.returncode,
        stdout=readers[child.stdout].text(),
        stderr=readers[child.stderr].text(),
    )
    if check and done.exit_code != 0:
        raise ProgramFailed(_words(argv), done.exit_code, done.stderr or done.stdout)
    return done


def start(
    argv: Sequence[Argument],
    *,
    log: Path | None = None,
    pipes: bool = False,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    dies_with_us: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a program that stays. Its output goes to `log`, or to pipes together with its input."""
    words = _mortal(argv) if dies_with_us else _words(argv)
    with Path(log or os.devnull).open("ab") as output:
        if pipes:
            return _start(words, subprocess.PIPE, subprocess.PIPE, output, directory, environment)
        return _start(words, subprocess.DEVNULL, output, subprocess.STDOUT, directory, environment)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a program with its process group and wait for it. Idempotent."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def end(child: subprocess.Popen[bytes]) -> None:
    """Close a program's input and wait until it ends on its own; for those that take that as their sign."""
    if child.stdin is not None:
        child.stdin.close()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every program gets: nothing of ours, so that no token or odd locale reaches it."""
    return {"PATH": _PATH, "LC_ALL": "C.UTF-8", "HOME": "/", **(extra or {})}


def _start(
    argv: list[str],
    stdin: int | IO[bytes],
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
    directory: Path | None,
    environment: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=directory,
            env=clean_environment(environment),
            start_new_session=True,
        )

    try:
        return _starter.submit(spawn).result()
    except FileNotFoundError as missing:
        raise ProgramFailed(argv, None, str(missing)) from missing


def _mortal(argv: Sequence[Argument]) -> list[str]:
    return ["setpriv", "--pdeathsig", "KILL", "--", *_words(argv)]


def _words(argv: Sequence[Argument]) -> list[str]:
    return [str(word) for word in argv]


@contextlib.contextmanager
def _input(stdin: bytes | Path | None) -> Iterator[IO[bytes]]:
    if isinstance(stdin, bytes):
        with tempfile.TemporaryFile() as held:
            held.write(stdin)
            held.seek(0)
            yield held
    else:
        with Path(stdin or os.devnull).open("rb") as opened:
            yield opened


def _follow(
    argv: Sequence[Argument],
    child: subprocess.Popen[bytes],
    readers: Mapping[IO[bytes] | None, _Lines],
    deadline: float,
    cancelled: threading.Event | None,
) -> None:
    """Read until both outputs are closed, then wait for the exit; a grandchild may keep an output open, and write."""
    ended: float | None = None
    with selectors.DefaultSelector() as selector:
        for stream in readers:
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(_LOOK_EVERY_S):
                chunk = os.read(key.fd, _KEPT_BYTES)
                readers[key.fileobj].feed(chunk)  # type: ignore[index]  # what was registered is a key of readers
                if not chunk:
                    selector.unregister(key.fileobj)
            _look(argv, deadline, cancelled)
            if child.poll() is not None:
                ended = ended or time.monotonic()
                if not selector.select(0) or time.monotonic() - ended > _GRANDCHILDREN_S:
                    break
    while child.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_LOOK_EVERY_S)
        _look(argv, deadline, cancelled)
    for lines in readers.values():
        lines.feed(b"")


def _look(argv: Sequence[Argument], deadline: float, cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise ProgramCancelled(_words(argv))
    if time.monotonic() > deadline:
        raise ProgramTimedOut(_words(argv))


class _Lines:
    """Cuts bytes into lines as they come, and keeps the end of them."""

    def __init__(self, on_line: OnLine | None) -> None:
        self._on_line = on_line
        self._kept = b""
        self._begun = b""

    def feed(self, chunk: bytes) -> None:
        """Take what came; nothing means the end, which also ends the last line."""
        self._kept = (self._kept + chunk)[-_KEPT_BYTES:]
        if self._on_line is None:
            return
        *whole, self._begun = (self._begun + chunk).split(b"\n")
        if len(self._begun) > _LONGEST_LINE_BYTES:
            whole, self._begun = [*whole, self._begun], b""
        if not chunk and self._begun:
            whole, self._begun = [*whole, self._begun], b""
        for line in whole:
            self._on_line(line.decode(errors="replace"))

    def text(self) -> str:
        """The end of what came."""
        return self._kept.decode(errors="replace")
