"""Durable Functions without the .NET extension: durabletask's in-memory engine, bridged to the app's triggers.

What Azure's extension does over the same bindings: an orchestrator gets a base64 protobuf request and returns one, an
activity gets and returns JSON, and the client binding is a configuration that names the engine's address. Nothing here
survives the process; unlike Azure's, an instance that has ended keeps its id.
"""

from __future__ import annotations

import base64
import json
import logging
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import durabletask.internal.orchestrator_service_pb2 as messages
import durabletask.internal.orchestrator_service_pb2_grpc as stubs
import grpc
from durabletask.client import OrchestrationQuery, OrchestrationState, TaskHubGrpcClient

from localazure.functions.patient_backend import PatientBackend
from localazure.functions.worker_process import Function, FunctionFailed, TypedData, WorkerGone

_LOG = logging.getLogger(__name__)
_ENGINE_LOG = logging.getLogger(f"{__name__}.engine")
_CONCURRENCY = 20
_REDELIVERIES = 3


class Invoke(Protocol):
    """Calls a function by name and returns what it returned as text; raises FunctionFailed or WorkerGone."""

    def __call__(self, function: str, inputs: dict[str, TypedData]) -> str | None:
        """See the class."""
        ...


class DurableHost:
    """The engine and the bridge for one app. A context manager: it works while entered."""

    def __init__(self, functions: list[Function], invoke: Invoke) -> None:
        self._orchestrators = _by_task_name(functions, "orchestrationTrigger", "orchestration")
        self._activities = _by_task_name(functions, "activityTrigger", "activity")
        self._invoke = invoke
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="functions-", dir="/tmp")
        self.address = f"unix:{Path(self._folder.name) / 'engine'}"  # a socket's path ends at 107 characters
        self._backend = PatientBackend()
        self._server = grpc.server(ThreadPoolExecutor(_CONCURRENCY, thread_name_prefix="durable-engine"))
        stubs.add_TaskHubSidecarServiceServicer_to_server(self._backend, self._server)  # type: ignore[no-untyped-call]  # generated code
        self._server.add_insecure_port(self.address)
        self._server.start()
        self._channel = grpc.insecure_channel(self.address)
        self._stub = stubs.TaskHubSidecarServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated code
        self._pool = ThreadPoolExecutor(_CONCURRENCY, thread_name_prefix="durable-work")
        self._items = self._stub.GetWorkItems(messages.GetWorkItemsRequest())
        self._bridge = threading.Thread(target=self._work, daemon=True, name="durable-bridge")
        self._bridge.start()
        self._client = TaskHubGrpcClient(host_address=self.address, emit_trace_spans=False, logger=_ENGINE_LOG)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._items.cancel()
        self._bridge.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()
        self._channel.close()
        self._backend.stop()
        self._server.stop(0).wait()
        self._folder.cleanup()

    def client_binding(self) -> TypedData:
        """What a durable client binding is given: the configuration as the extension writes it."""
        configuration = {
            "taskHubName": "local",
            "connectionName": "",
            "creationUrls": {},
            "managementUrls": {},
            "baseUrl": "",
            "requiredQueryStringParameters": "",
            "rpcBaseUrl": self.address,
            "httpBaseUrl": "",
        }
        return {"string": json.dumps(configuration)}

    def instance(self, instance_id: str) -> OrchestrationState | None:
        """An orchestration as it stands; None where there is none."""
        return self._client.get_orchestration_state(instance_id)

    def instances(self) -> list[OrchestrationState]:
        """Every orchestration that was ever started here."""
        query = OrchestrationQuery(fetch_inputs_and_outputs=True)
        return list(self._client.get_all_orchestration_states(query))

    def start(self, orchestrator: str, job: object, *, instance_id: str) -> None:
        """Schedule an orchestration."""
        self._client.schedule_new_orchestration(orchestrator, input=job, instance_id=instance_id)

    def raise_event(self, instance_id: str, event: str) -> None:
        """Send an orchestration an event without data."""
        self._client.raise_orchestration_event(instance_id, event)

    def wait(self, instance_id: str, timeout_s: float) -> OrchestrationState | None:
        """An orchestration once it has ended.

        Raises:
            TimeoutError: it takes longer.
        """
        return self._client.wait_for_orchestration_completion(instance_id, timeout=int(timeout_s))

    def _work(self) -> None:
        try:
            for item in self._items:
                if item.HasField("orchestratorRequest"):
                    self._pool.submit(self._guarded, self._orchestrate, item)
                elif item.HasField("activityRequest"):
                    self._pool.submit(self._guarded, self._act, item)
                else:
                    _LOG.error("durable entities are not served by the local cloud")
        except grpc.RpcError:
            if not self._stopping.is_set():
                _LOG.exception("the durable engine's stream broke off")

    def _guarded(self, work: Any, item: Any) -> None:  # noqa: ANN401 - generated message classes
        try:
            work(item)
        except Exception:  # noqa: BLE001 - a thread's last word; told unless the engine goes away on purpose
            if not self._stopping.is_set():
                _LOG.exception("a durable work item was lost")

    def _orchestrate(self, item: Any) -> None:  # noqa: ANN401 - as above
        request = item.orchestratorRequest
        name = _orchestrator_name(request)
        found = self._orchestrators.get(name)
        if found is None:
            self._fail_orchestration(item, f"no orchestrator is called '{name}'")
            return
        function, parameter = found
        text = base64.b64encode(request.SerializeToString()).decode()
        try:
            answer = self._invoke(function, {parameter: {"string": text}})
        except WorkerGone:
            token = messages.AbandonOrchestrationTaskRequest(completionToken=item.completionToken)
            self._stub.AbandonTaskOrchestratorWorkItem(token)
            return
        except FunctionFailed as failure:
            self._fail_orchestration(item, str(failure))
            return
        response = messages.OrchestratorResponse.FromString(base64.b64decode(answer or ""))
        response.completionToken = item.completionToken
        self._stub.CompleteOrchestratorTask(response)

    def _fail_orchestration(self, item: Any, message: str) -> None:  # noqa: ANN401 - as above
        action = messages.OrchestratorAction(
            id=-1,
            completeOrchestration=messages.CompleteOrchestrationAction(
                orchestrationStatus=messages.ORCHESTRATION_STATUS_FAILED,
                failureDetails=messages.TaskFailureDetails(errorType="FunctionFailed", errorMessage=message),
            ),
        )
        self._stub.CompleteOrchestratorTask(
            messages.OrchestratorResponse(
                instanceId=item.orchestratorRequest.instanceId, actions=[action], completionToken=item.completionToken
            )
        )

    def _act(self, item: Any) -> None:  # noqa: ANN401 - as above
        request = item.activityRequest
        response = messages.ActivityResponse(
            instanceId=request.orchestrationInstance.instanceId,
            taskId=request.taskId,
            completionToken=item.completionToken,
        )
        try:
            result = self._run_activity(request.name, request.input.value)
        except (FunctionFailed, WorkerGone) as failure:
            details = messages.TaskFailureDetails(errorType="FunctionFailed", errorMessage=str(failure) or "failed")
            response.failureDetails.CopyFrom(details)
        else:
            response.result.value = result if result is not None else "null"
        self._stub.CompleteActivityTask(response)

    def _run_activity(self, name: str, text: str) -> str | None:
        found = self._activities.get(name)
        if found is None:
            raise FunctionFailed(f"no activity is called '{name}'")
        function, parameter = found
        for left in reversed(range(_REDELIVERIES)):
            try:
                return self._invoke(function, {parameter: {"string": text or "null"}})
            except WorkerGone:  # Azure shows the message again once its lock has run out
                if not left or self._stopping.is_set():
                    raise
        return None


def _by_task_name(functions: list[Function], kind: str, key: str) -> dict[str, tuple[str, str]]:
    """Task name → (function, parameter); the parameter's name is the library's choice and so is read, not assumed."""
    found = {}
    for function in functions:
        if binding := function.binding(kind):
            found[str(binding.get(key) or function.name)] = (function.name, str(binding["name"]))
    return found


def _orchestrator_name(request: Any) -> str:  # noqa: ANN401 - as above
    for event in (*request.pastEvents, *request.newEvents):
        if event.HasField("executionStarted"):
            return str(event.executionStarted.name)
    return ""
