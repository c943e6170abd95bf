"""Runs durable orchestrations in this process, on durabletask's in-memory engine.

The engine is the one that the library ships for tests: complete, but nothing survives the process. For a command that
waits for the end anyhow that is enough; Azure Durable Functions runs the same orchestrators where it is not.
"""

import json
import logging
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from imagegate.errors import ImageGateError
from imagegate.waiting import Clock

if TYPE_CHECKING:
    from durabletask.client import OrchestrationState
    from durabletask.task import ActivityContext, OrchestrationContext, Task

    Orchestrator = Callable[[OrchestrationContext, dict[str, Any]], Generator[Task[Any], Any, dict[str, Any]]]

Json = dict[str, Any]
Activity = Callable[[Json], Any]

_FOREVER_S = 7 * 24 * 3600.0
_SOCKET_FOLDER_LIMIT = 107 - len("/imagegate-xxxxxxxx/engine")
"""A Unix socket's path ends at 107 characters (sun_path), wherever the temporary folder is."""


@dataclass(frozen=True, kw_only=True)
class InstanceState:
    """An orchestration as it stands: what it says of itself, and its output once it has ended."""

    ended: bool
    status: Any
    output: Any
    failure: str | None


class DurableEngine:
    """Backend, worker and client for the length of a block.

    They talk over a socket in a folder that only this user may enter: the engine takes commands from whoever reaches
    it. Orchestrators are registered by their function name, activities by their key.
    """

    def __init__(self, *, orchestrators: "Iterable[Orchestrator]", activities: Mapping[str, Activity]) -> None:
        self._orchestrators = tuple(orchestrators)
        self._activities = dict(activities)

    def __enter__(self) -> Self:
        from durabletask.client import TaskHubGrpcClient
        from durabletask.worker import TaskHubGrpcWorker

        self._folder = tempfile.TemporaryDirectory(prefix="imagegate-", dir=_socket_parent())
        # Generated code and a library without type stubs: both come untyped.
        grpc: Any = import_module("grpc")
        stubs: Any = import_module("durabletask.internal.orchestrator_service_pb2_grpc")
        address = f"unix:{Path(self._folder.name) / 'engine'}"
        quiet = _quiet_logger()
        self._backend = _patient_backend()
        # Not backend.start(): it listens on every address of the machine.
        self._server = grpc.server(ThreadPoolExecutor(max_workers=8, thread_name_prefix="imagegate-engine"))
        stubs.add_TaskHubSidecarServiceServicer_to_server(self._backend, self._server)
        self._server.add_insecure_port(address)
        self._server.start()
        self._worker = cast("Any", TaskHubGrpcWorker(host_address=address, logger=quiet, emit_trace_spans=False))
        for orchestrator in self._orchestrators:
            self._worker.add_orchestrator(orchestrator)
        for name, activity in self._activities.items():
            self._worker.add_activity(_registered(name, activity))
        self._worker.start()
        self._client = TaskHubGrpcClient(host_address=address, logger=quiet, emit_trace_spans=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()
        self._worker.stop()
        self._backend.stop()
        self._server.stop(0).wait()
        self._folder.cleanup()

    def start(self, orchestrator: str, job: Json, *, instance_id: str) -> None:
        """Schedule an orchestration under that id."""
        self._client.schedule_new_orchestration(orchestrator, input=job, instance_id=instance_id)

    def raise_event(self, instance_id: str, event: str) -> None:
        """Send an event without data to an orchestration."""
        self._client.raise_orchestration_event(instance_id, event)

    def state(self, instance_id: str) -> InstanceState | None:
        """How it stands; None where there is no such instance (yet)."""
        found = self._client.get_orchestration_state(instance_id)
        return None if found is None else _instance_state(found)

    def watch(
        self,
        instance_id: str,
        *,
        clock: Clock,
        on_status: Callable[[Mapping[str, Any]], None],
        interval_s: float = 0.1,
    ) -> InstanceState:
        """Return when the orchestration has ended.

        `on_status` gets the custom statuses that have changed since the last look, by instance: the orchestration's
        own, and those of the instances that its status names as `children`.

        Raises:
            Interrupted: by the clock; the orchestration goes on.
        """
        last: dict[str, Any] = {}
        while True:
            state = self.state(instance_id)
            status = state.status if state is not None else None
            children = status.get("children") or () if isinstance(status, dict) else ()
            now = {instance_id: status, **{child: self._status_of(child) for child in children}}
            changed = {name: told for name, told in now.items() if told is not None and told != last.get(name)}
            if changed:
                last |= changed
                on_status(changed)
            if state is not None and state.ended:
                return state
            clock.sleep(interval_s)

    def _status_of(self, instance_id: str) -> Any:  # noqa: ANN401 - any JSON
        state = self.state(instance_id)
        return None if state is None else state.status


def _patient_backend() -> Any:  # noqa: ANN401 - untyped in part
    """The library's backend, which waits for a sub-orchestration for as long as it takes.

    durabletask 1.12.0 takes "no time limit" for 30 s there, and then forgets the parent for ever; a test holds it, and
    fails once a release no longer needs this.
    """
    from durabletask.testing import InMemoryOrchestrationBackend

    class PatientBackend(InMemoryOrchestrationBackend):
        def _wait_for_state(self, instance_id: str, predicate: Any, timeout: float | None) -> Any:  # noqa: ANN401 - as the library's
            return super()._wait_for_state(instance_id, predicate, timeout or _FOREVER_S)

    return PatientBackend()


def _socket_parent() -> str | None:
    """A folder whose path leaves room for a socket's; None for the ordinary temporary folder."""
    return None if len(tempfile.gettempdir()) <= _SOCKET_FOLDER_LIMIT else "/tmp"  # noqa: S108 - made private below it


def _quiet_logger() -> logging.Logger:
    """The engine's own log: through the ordinary loggers, so that nothing is printed unless somebody asks for it."""
    logger = logging.getLogger("imagegate.engine")
    logger.addHandler(logging.NullHandler())
    logger.setLevel(logging.ERROR)
    return logger


def _registered(name: str, activity: Activity) -> "Callable[[ActivityContext, Json], Any]":
    """The activity in the shape that the worker calls, under its name."""

    def called(_context: "ActivityContext", job: Json) -> Any:  # noqa: ANN401 - any JSON
        return activity(job)

    called.__name__ = name
    return called


def _instance_state(found: "OrchestrationState") -> InstanceState:
    from durabletask.client import OrchestrationStatus

    failure = found.failure_details.message if found.failure_details else None
    ended = found.runtime_status in {
        OrchestrationStatus.COMPLETED,
        OrchestrationStatus.FAILED,
        OrchestrationStatus.TERMINATED,
    }
    return InstanceState(
        ended=ended,
        status=_parsed(found.serialized_custom_status),
        output=_parsed(found.serialized_output) if ended and failure is None else None,
        failure=failure,
    )


def _parsed(text: str | None) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(text) if text else None


def output_of(state: InstanceState) -> Any:  # noqa: ANN401 - any JSON
    """What an ended orchestration returned.

    Raises:
        ImageGateError: it failed, which none of ours should: they return what went wrong.
    """
    if state.failure is not None:
        raise ImageGateError(f"The orchestration broke off: {state.failure}")
    return state.output
