"""The children of a trial: the cloud, and one product command after the other. Neither outlives the trial."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from localazure.trial.cloud_work import CloudWork

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded here: a child that is not a program yet must take no lock
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 60
_EVENT_SPEED = 10  # an event that comes too early is delivered again after a second, not after ten


class CloudDidNotStart(Exception):  # noqa: N818 - what happened, as a sentence
    """The local cloud ended, or said nothing, before it listened; carries what it printed last."""


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a product command ended and the one object that it printed."""

    exit_code: int
    document: dict[str, Any]
    seconds: float


class CloudProcess:
    """`localazure serve` as a child. A context manager: listening when entered, gone when left.

    It has a session of its own, so that Ctrl-C on the terminal reaches the product first, which tears down against a
    cloud that is still there; and it dies with this process, however that ends.
    """

    def __init__(
        self,
        *,
        state: Path,
        cache: Path | None,
        logs: Path,
        temporary: bool = False,
        event_speed: float = _EVENT_SPEED,
        port: int = 0,
        scenario: Path | None = None,
    ) -> None:
        self._state = state
        self._ready = state / "ready.json"
        self._log = logs / "cloud.log"
        self._command = [sys.executable, "-m", "localazure", "serve", "--die-with-parent"]
        self._command += ["--state", str(state), "--ready-file", str(self._ready), "--logs", str(logs)]
        self._command += ["--temporary"] if temporary else []  # it outlives a trial that is killed, and cleans up
        self._command += ["--event-speed", str(event_speed), "--port", str(port)]
        self._command += ["--cache", str(cache)] if cache else []
        self._command += ["--scenario", str(scenario.resolve())] if scenario else []
        self._process: subprocess.Popen[bytes] | None = None
        self._work: CloudWork | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._ready.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._work = CloudWork(self._process.pid, self._state)
        try:
            self.environment = dict(self._await_ready(self._process)["environment"])
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def work(self) -> str:
        """What the cloud has done so far, as part of a line of progress."""
        return str(self._work or "")

    @property
    def certificate(self) -> Path:
        """Key and chain of the cloud's own certificate, for a listener that its clients are to trust."""
        return self._state / "tls" / "server.pem"

    def _await_ready(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._ready.exists():
            ended = process.poll() is not None
            if ended or time.monotonic() > deadline:
                what = (
                    f"ended with exit code {process.returncode}" if ended else f"did not listen in {_START_TIMEOUT_S} s"
                )
                last = self._log.read_text(errors="replace").splitlines()[-15:]
                raise CloudDidNotStart("\n".join([f"The local cloud {what}. It said last:", *last]))
            time.sleep(0.02)
        return dict(json.loads(self._ready.read_text()))

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def run_product(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    say: Callable[[str], None],
    *,
    program: str = "imagegate",
) -> CommandResult:
    """Run `imagegate` with these arguments and --json; the lines of its progress go to `say`, on another thread.

    `program` is the module that is run: one that wraps the product, where it is not the product itself.

    SIGINT and SIGTERM are passed on to the child while it runs: it cancels and tears down, then ends by itself. It has
    a session of its own, so that a terminal's Ctrl-C reaches it once, and one that is sent to this process alone does,
    too.
    """
    started = time.monotonic()
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    child = subprocess.Popen(
        [sys.executable, "-m", program, *arguments, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        start_new_session=True,
        preexec_fn=_interrupted_when_the_parent_dies,  # noqa: PLW1509 - it takes no lock
    )
    told = threading.Thread(target=_tell, args=(child, say), name="progress", daemon=True)
    told.start()
    try:
        for number in previous:
            signal.signal(number, lambda received, _frame: child.send_signal(received))
        output = child.stdout.read() if child.stdout else b""
        child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    told.join()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
    exit_code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    return CommandResult(exit_code=exit_code, document=_object(output), seconds=time.monotonic() - started)


def _tell(child: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
    for line in child.stderr or ():
        say(line.decode(errors="replace").rstrip("\n"))


def ordinary_environment(cloud: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without anything that names another cloud or principal, and with the cloud's own."""
    foreign = (
        "AZURE_",
        "ARM_",
        "MSI_",
        "IDENTITY_",
        "IMAGEGATE_ARM",
        "IMAGEGATE_ISSUER",
        "IMAGEGATE_GITHUB",
        "GITHUB_TOKEN",
        "ACTIONS_ID_TOKEN",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | dict(cloud)


def _object(output: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(output)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _interrupted_when_the_parent_dies() -> None:
    """Runs in the child before it becomes the program (prctl(2))."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
