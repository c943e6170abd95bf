"""One function app, running: its worker, its durable engine, its timers, and what reaches it from outside."""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from localazure.clock import Clock
from localazure.functions.durable_host import DurableHost
from localazure.functions.timers import Timer, timer_request
from localazure.functions.worker_process import (
    Function,
    FunctionFailed,
    NoSuchFunction,
    TypedData,
    WorkerGone,
    WorkerProcess,
)

_LOG = logging.getLogger(__name__)
_DELIVERIES_KEPT = 200


class FunctionHost:
    """Runs an app's folder. A context manager; entering it loads the app and starts its timers.

    Args:
        folder: the app's root.
        environment: the whole environment of the worker: what the platform sets, and the application settings.
        settings: the application settings alone; `%NAME%` in a schedule is taken from them.
        log: the file that the worker's output is appended to.
    """

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str], settings: Mapping[str, str], clock: Clock, log: Path
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._settings = settings
        self._clock = clock
        self._log_file = log
        self._starting = threading.Lock()
        self._stopped = False
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=_DELIVERIES_KEPT)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._log = stack.enter_context(self._log_file.open("ab"))
            self._worker = self._new_worker()
            stack.callback(lambda: self._worker.__exit__(None, None, None))
            self.functions: Mapping[str, Function] = self._worker.functions
            self._pool = ThreadPoolExecutor(thread_name_prefix="functions-events")
            stack.callback(self._pool.shutdown, wait=False, cancel_futures=True)
            self.durable = stack.enter_context(DurableHost(list(self.functions.values()), self.invoke))
            for function in self.functions.values():
                if binding := function.binding("timerTrigger"):
                    stack.enter_context(self._timer(function.name, str(binding["schedule"])))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._starting:
            self._stopped = True
        self._stack.close()

    @property
    def worker_pid(self) -> int:
        """The worker's process id."""
        return self._worker.pid

    def has_event_grid_trigger(self, name: str) -> bool:
        """Whether Event Grid may deliver to that function."""
        function = self._find(name)
        return function is not None and function.binding("eventGridTrigger") is not None

    def on_events(self, name: str, events: list[str]) -> list[str]:
        """Run a function for each event at the same time; the errors of those that failed, once all have ended.

        Raises:
            NoSuchFunction: it is not there, or has no Event Grid trigger.
        """
        function = self._find(name)
        binding = function.binding("eventGridTrigger") if function else None
        if function is None or binding is None:
            raise NoSuchFunction(name)
        parameter = str(binding["name"])
        runs = [self._pool.submit(self.invoke, function.name, {parameter: {"json": event}}) for event in events]
        errors = [run.exception() for run in runs]
        for event, error in zip(events, errors, strict=True):
            self.deliveries.append(_delivery(event, function.name, accepted=error is None))
        return [str(error) for error in errors if error is not None]

    def run_timer(self, name: str) -> None:
        """Run a timer's function now, in the background, as the host's own administration does.

        Raises:
            NoSuchFunction: it is not there, or has no timer trigger.
        """
        function = self._find(name)
        if function is None or function.binding("timerTrigger") is None:
            raise NoSuchFunction(name)
        self._pool.submit(self._run_timer, function.name, timer_request(last=None, due=None))

    def invoke(self, function: str, inputs: Mapping[str, TypedData]) -> str | None:
        """Call a function; a durable client binding is filled in. A worker that has died is started anew, once.

        Raises:
            FunctionFailed: the function raised.
            WorkerGone: the worker ended meanwhile.
        """
        known = self.functions[function]
        given = dict(inputs)
        if client := known.binding("durableClient"):
            given[str(client["name"])] = self.durable.client_binding()
        return self._running_worker().invoke(function, given)

    def _running_worker(self) -> WorkerProcess:
        with self._starting:
            if self._stopped:
                raise WorkerGone("The function app was stopped.")
            if not self._worker.is_running:
                _LOG.warning("the Functions worker has ended; starting another")
                self._worker.__exit__(None, None, None)
                self._worker = self._new_worker()
            return self._worker

    def _new_worker(self) -> WorkerProcess:
        return WorkerProcess(self._folder, self._environment, log=self._log).__enter__()

    def _timer(self, name: str, schedule: str) -> Timer:
        return Timer(
            name=name,
            schedule=schedule,
            settings=self._settings,
            clock=self._clock,
            run=lambda request: self._run_timer(name, request),
        )

    def _run_timer(self, name: str, request: str) -> None:
        binding = self.functions[name].binding("timerTrigger") or {}
        try:
            self.invoke(name, {str(binding["name"]): {"json": request}})
        except (FunctionFailed, WorkerGone) as failure:
            _LOG.warning("timer function %s failed: %s", name, failure)

    def _find(self, name: str) -> Function | None:
        return next((found for found in self.functions.values() if found.name.lower() == name.lower()), None)


def _delivery(text: str, function: str, *, accepted: bool) -> dict[str, Any]:
    """What is remembered of a delivered event, in either schema; its data is not."""
    event = json.loads(text)
    names = {"id": "id", "type": "type", "subject": "subject", "time": "time"}
    if "eventType" in event:
        names |= {"type": "eventType", "time": "eventTime"}
    return {**{key: event.get(name) for key, name in names.items()}, "function": function, "accepted": accepted}
