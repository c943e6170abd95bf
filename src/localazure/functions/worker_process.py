"""Starts the worker and speaks with it; the worker never outlives this process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_WORKER = Path(__file__).with_name("worker.py")
_START_TIMEOUT_S = 120  # the platform's own limit for loading and indexing

TypedData = Mapping[str, str]  # {"json": text} or {"string": text}


class AppNotLoaded(Exception):  # noqa: N818 - the name says what happened
    """The worker library refused the app; the message is its own."""


class NoSuchFunction(Exception):  # noqa: N818 - as above
    """No function of that name has the trigger that is asked for."""


class WorkerGone(Exception):  # noqa: N818 - as above
    """The worker ended while it was needed."""


class FunctionFailed(Exception):  # noqa: N818 - as above
    """A function raised; the message is what the platform's host would be told."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function that the worker has indexed, with its bindings as the host is told."""

    name: str
    bindings: tuple[Mapping[str, Any], ...]

    def binding(self, kind: str) -> Mapping[str, Any] | None:
        """Its binding of that type (`eventGridTrigger`), in any case of letters; None where it has none."""
        return next((entry for entry in self.bindings if str(entry["type"]).lower() == kind.lower()), None)


class WorkerProcess:
    """One child process with one app. A context manager; entering it loads the app.

    Args:
        folder: the app's root, with host.json and function_app.py.
        environment: the whole environment of the child.
        log: where the child's standard error goes.
        python: the interpreter, with the worker library on its path.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], *, log: IO[bytes] | int, python: str = sys.executable
    ) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._log = log
        self._python = python
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._count = 0
        self._over = False
        self.functions: Mapping[str, Function] = {}

    def __enter__(self) -> Self:
        reader, writer = os.pipe()
        arguments = [self._python, "-P", str(_WORKER), str(self._folder), str(writer)]
        try:
            self._process = subprocess.Popen(
                arguments,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=(writer,),
            )
        finally:
            os.close(writer)
        self._replies = os.fdopen(reader, "r", encoding="utf-8")
        self._load()
        self._reader = threading.Thread(target=self._read, daemon=True, name=f"functions:{self._process.pid}")
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._reader.join(5)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the child answers. Its process may be there for a moment after it has stopped to."""
        return not self._over and self._process.poll() is None

    def invoke(self, function: str, inputs: Mapping[str, TypedData], *, timeout_s: float | None = None) -> str | None:
        """Call a function and wait for its end; what it returned, as text.

        Raises:
            FunctionFailed: it raised.
            WorkerGone: the child ended meanwhile.
            TimeoutError: it takes longer; it goes on.
        """
        waiting: Future[dict[str, Any]] = Future()
        with self._lock:
            self._count += 1
            number = self._count
            self._waiting[number] = waiting
            self._send({"id": number, "function": function, "inputs": {k: dict(v) for k, v in inputs.items()}})
        outcome = waiting.result(timeout_s)
        if not outcome["ok"]:
            raise FunctionFailed(outcome["error"])
        value = outcome["value"]
        return None if value is None else str(value)

    def _send(self, message: dict[str, Any]) -> None:
        stream = self._process.stdin
        try:
            if stream is None or self._over:
                raise BrokenPipeError
            stream.write(json.dumps(message).encode() + b"\n")
            stream.flush()
        except OSError as error:
            self._over = True
            self._waiting.pop(message["id"], None)
            raise WorkerGone("The Functions worker is not running.") from error

    def _load(self) -> None:
        timer = threading.Timer(_START_TIMEOUT_S, self._process.kill)
        timer.start()
        line = self._replies.readline()
        timer.cancel()
        message: dict[str, Any] = json.loads(line) if line else {"failed": "The worker ended while it loaded the app."}
        if "failed" in message:
            self._end()
            self._replies.close()
            raise AppNotLoaded(message["failed"])
        self.functions = {
            entry["name"]: Function(name=entry["name"], bindings=tuple(entry["bindings"])) for entry in message["ready"]
        }

    def _read(self) -> None:
        with self._replies:
            for line in self._replies:
                message = json.loads(line)
                with self._lock:
                    waiting = self._waiting.pop(message["id"], None)
                if waiting is not None:
                    waiting.set_result(message)
        with self._lock:
            self._over = True
            left = list(self._waiting.values())
            self._waiting.clear()
        for waiting in left:
            waiting.set_exception(WorkerGone("The Functions worker ended while a function was running."))

    def _end(self) -> None:
        """Close its input, on which it ends; kill it where it does not."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it ended by itself, and a request is still in the buffer
                self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
