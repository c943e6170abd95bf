"""Carrying a deployment out: every resource as soon as what it depends on is there, independent ones side by side."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse, Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.long_running import Canceled
from localazure.providers.resources.deployments import documents
from localazure.providers.resources.deployments.runtime import CloudRuntime

if TYPE_CHECKING:
    from armtemplate import Deployment, Resource

_LOOK_FOR_CANCEL_S = 0.2

# Carries out a nested deployment whose template is known: its id, what it evaluated to, the resource that it is.
Nested = Callable[[ResourceId, "Deployment", "Resource"], None]


class ResourceFailed(Exception):  # noqa: N818 - what happened
    """A resource that was refused, or whose operation ended badly: HTTP status and the service's answer."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a run tells while it goes on."""

    deployment_id: ResourceId
    operations: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    deployed: list[str] = field(default_factory=list)


class Run:
    """One deployment under way. `cancelled` stops it: what has begun goes on, nothing new begins (as in Azure)."""

    def __init__(
        self,
        cloud: Cloud,
        request: ArmRequest,
        deployment: Deployment,
        progress: Progress,
        cancelled: threading.Event,
        nested: Nested,
    ) -> None:
        self._cloud = cloud
        self._principal: Principal = request.principal
        self._correlation_id = request.correlation_id
        self._deployment = deployment
        self._progress = progress
        self._cancelled = cancelled
        self._nested = nested
        self._ended: queue.Queue[tuple[Resource, datetime, BaseException | None]] = queue.Queue()
        versions = {
            resource.id.lower(): resource.api_version for resource in deployment.resources if resource.api_version
        }
        self.runtime = CloudRuntime(cloud, request.principal, versions)

    def resources(self) -> None:
        """Put every resource. Raises `ArmError` DeploymentFailed when any failed, `Canceled` when cancelled."""
        waiting = {resource.id.lower(): resource for resource in self._deployment.resources if resource.deployed}
        running: set[str] = set()
        while waiting or running:
            if not self._progress.failures:
                self._start_ready(waiting, running)
            if not running:
                break
            self._await_one(running)
        if self._progress.failures:
            raise ArmError(
                409,
                "DeploymentFailed",
                "At least one resource deployment operation failed. Please list deployment operations for details. "
                "Please see https://aka.ms/arm-deployment-operations for usage details.",
                details=self._progress.failures,
            )

    def _start_ready(self, waiting: dict[str, Resource], running: set[str]) -> None:
        for key, resource in list(waiting.items()):
            if any(name.lower() in waiting or name.lower() in running for name in resource.depends_on):
                continue
            del waiting[key]
            running.add(key)
            threading.Thread(
                target=self._carry_out, args=(resource, self._cloud.clock.now()), daemon=True, name=resource.name
            ).start()

    def _await_one(self, running: set[str]) -> None:
        while True:
            if self._cancelled.is_set():
                raise Canceled("The deployment was canceled.")
            try:
                resource, started, error = self._ended.get(timeout=_LOOK_FOR_CANCEL_S)
            except queue.Empty:
                continue
            running.discard(resource.id.lower())
            self._note(resource, started, error)
            return

    def _note(self, resource: Resource, started: datetime, error: BaseException | None) -> None:
        now = self._cloud.clock.now()
        status, body = 201, None
        if isinstance(error, ResourceFailed):
            status, body = error.status, error.body
        elif error is not None:
            status, body = 500, {"error": {"code": "InternalServerError", "message": repr(error)}}
        if body is not None:
            self._progress.failures.append(documents.failure(status, body))
        self._progress.operations.append(
            documents.operation(
                self._progress.deployment_id, resource, status=status, body=body, moment=now, elapsed=now - started
            )
        )

    def _carry_out(self, resource: Resource, started: datetime) -> None:
        error: BaseException | None = None
        try:
            self._put(resource)
        except ArmError as refused:
            error = ResourceFailed(refused.status, refused.envelope())
        except BaseException as other:  # noqa: BLE001 - told by the thread that waits
            error = other
        self._ended.put((resource, started, error))

    def _put(self, resource: Resource) -> None:
        finished = self._finished(resource)
        if finished.condition is False:
            return
        if resource.deployment is not None:
            self._put_nested(finished, resource.deployment)
        else:
            answer = self._cloud.call(
                "PUT",
                finished.id,
                principal=self._principal,
                api_version=finished.api_version or "",
                body=finished.body,
                correlation_id=self._correlation_id,
            )
            self._await(answer, finished)
        self._progress.deployed.append(finished.id)

    def _finished(self, resource: Resource) -> Resource:
        from armtemplate import TemplateFaults

        try:
            return self._deployment.finish(resource, self.runtime)
        except TemplateFaults as faults:
            message = f"Unable to process template language expressions for resource '{resource.id}': '{faults}'"
            raise ArmError(400, "InvalidTemplate", message) from faults

    def _put_nested(self, finished: Resource, deployment: Deployment) -> None:
        nested_id = ResourceId(finished.id)
        self._cloud.authorize(self._principal, "Microsoft.Resources/deployments/write", nested_id)
        try:
            self._nested(nested_id, deployment, finished)
        except ArmError as error:
            raise ResourceFailed(409, _terminal(error.error())) from error

    def _await(self, answer: ArmResponse, resource: Resource) -> None:
        if answer.status >= 300:
            body = answer.body if isinstance(answer.body, dict) else {"error": {"code": "Unknown", "message": ""}}
            raise ResourceFailed(answer.status, body)
        record: Any = self._cloud.complete(answer)
        if record is not None and record["status"] != "Succeeded":
            raise ResourceFailed(409, _terminal(record["error"]))
        self._check_state(resource)

    def _check_state(self, resource: Resource) -> None:
        """Some services answer at once and fail later: the resource's own state counts too."""
        found = self._cloud.store.get(resource.id)
        state = str(((found.body if found else {}).get("properties") or {}).get("provisioningState", "Succeeded"))
        if state.lower() in {"failed", "canceled"}:
            properties = found.body["properties"] if found else {}
            raised = properties.get("provisioningError") or {"code": "ResourceDeploymentFailure", "message": state}
            code = raised.get("provisioningErrorCode") or raised.get("code", "ResourceDeploymentFailure")
            raise ResourceFailed(409, _terminal({"code": code, "message": raised.get("message", state)}))


def _terminal(error: dict[str, Any]) -> dict[str, Any]:
    """How Resource Manager wraps the error of an operation that it waited for."""
    return {
        "status": "Failed",
        "error": {
            "code": "ResourceDeploymentFailure",
            "message": "The resource operation completed with terminal provisioning state 'Failed'.",
            "details": [error],
        },
    }
