"""The operations of Microsoft.Resources/deployments, at resource group and subscription scope."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.long_running import Canceled
from localazure.operation_endpoints import status_operation
from localazure.providers.resources.contents import delete_all_but
from localazure.providers.resources.deployments import documents, preflight, rollback
from localazure.providers.resources.deployments.reading import Reading, template_hash
from localazure.providers.resources.deployments.run import Progress, Run
from localazure.providers.resources.deployments.submission import Submission, read
from localazure.store import Document

if TYPE_CHECKING:
    from armtemplate import Deployment, Resource

_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_GROUP = _SUBSCRIPTION + "/resourcegroups/{resourceGroupName}"
_ALL = "/providers/Microsoft.Resources/deployments"
_ONE = _ALL + "/{deploymentName}"
_ACTIVE = {"Accepted", "Running"}


class Deployments:
    """Serves deployments. Those that were under way when the cloud ended are Failed at its next start."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._reading = Reading(cloud)
        self._cancelled: dict[str, threading.Event] = {}
        for document in cloud.store.of_type(documents.DEPLOYMENT_TYPE):
            if document.body["properties"]["provisioningState"] in _ACTIVE:
                error = {"code": "InternalServerError", "message": "The service was restarted during the deployment."}
                self._settle(document.id, "Failed", error=error)

    def operations(self) -> list[Operation]:
        """What is served."""
        scopes = ((_SUBSCRIPTION, "AtSubscriptionScope"), (_GROUP, ""))
        hashed = Operation(
            operation_id="Deployments_CalculateTemplateHash",
            method="POST",
            path="/providers/Microsoft.Resources/calculateTemplateHash",
            action="",
            handler=template_hash,
        )
        return [hashed, *(operation for scope, suffix in scopes for operation in self._at(scope, suffix))]

    def _at(self, scope: str, suffix: str) -> list[Operation]:
        steps = "/deployments/{deploymentName}/operations" if suffix == "" else _ONE + "/operations"
        reading = self._reading
        served: list[tuple[str, str, str, str, Callable[[ArmRequest], ArmResponse]]] = [
            ("Deployments_CreateOrUpdate", "PUT", _ONE, "write", self._put),
            ("Deployments_Validate", "POST", _ONE + "/validate", "validate/action", reading.validate),
            ("Deployments_WhatIf", "POST", _ONE + "/whatIf", "whatIf/action", reading.what_if),
            ("Deployments_Get", "GET", _ONE, "read", reading.get),
            ("Deployments_CheckExistence", "HEAD", _ONE, "read", reading.exists),
            ("Deployments_List", "GET", _ALL, "read", reading.list_all),
            ("Deployments_Delete", "DELETE", _ONE, "delete", self._delete),
            ("Deployments_Cancel", "POST", _ONE + "/cancel", "cancel/action", self._cancel),
            (
                "Deployments_ExportTemplate",
                "POST",
                _ONE + "/exportTemplate",
                "exportTemplate/action",
                reading.export,
            ),
            ("DeploymentOperations_List", "GET", steps, "operations/read", reading.list_steps),
            ("DeploymentOperations_Get", "GET", steps + "/{operationId}", "operations/read", reading.get_step),
        ]
        table = [
            Operation(
                operation_id=name + suffix,
                method=method,
                path=scope + path,
                action=f"{documents.DEPLOYMENT_TYPE}/{verb}",
                handler=handler,
            )
            for name, method, path, verb, handler in served
        ]
        statuses = status_operation(
            self._cloud,
            operation_id="DeploymentOperationStatuses_Get" + suffix,
            path=scope + _ONE + "/operationStatuses/{id}",
            action=f"{documents.DEPLOYMENT_TYPE}/operationStatuses/read",
            running="Running",
            bare=True,
        )
        return [*table, statuses]

    # --- starting

    def _put(self, request: ArmRequest) -> ArmResponse:
        deployment_id = self._reading.id_of(request)
        submission = read(self._cloud, request, deployment_id)
        preflight.check_rights(self._cloud, request, submission)
        preflight.register_namespaces(self._cloud, request, submission)
        known, accepted = self._accept(request, submission)
        return self._cloud.long_running.accept(
            request,
            lambda: self._carry_out(request, submission),
            status=200 if known else 201,
            body=accepted,
            status_path=request.path + "/operationStatuses/{id}",
        )

    def _accept(self, request: ArmRequest, submission: Submission) -> tuple[Document | None, dict[str, Any]]:
        now = self._cloud.clock.now()
        with self._cloud.store.transaction():
            known = self._cloud.store.get(submission.id)
            if known is not None and known.body["properties"]["provisioningState"] in _ACTIVE:
                since = known.body["properties"]["timestamp"]
                raise ArmError(
                    409,
                    "DeploymentActive",
                    f"Unable to edit or replace deployment '{submission.id.name}': previous deployment from '{since}' "
                    "is still active. Please see https://aka.ms/arm-deploy for usage details.",
                )
            body = documents.document(submission, state="Accepted", moment=now, correlation_id=request.correlation_id)
            internal = {"template": submission.template, "steps": [], "started": now.isoformat()}
            if submission.parameters is not None:
                internal["parameters"] = submission.parameters
            self._cloud.store.put(submission.id, body, internal=internal)
            self._cancelled[submission.id.key] = threading.Event()
        return known, body

    def _carry_out(self, request: ArmRequest, submission: Submission) -> None:
        progress = Progress(deployment_id=submission.id)
        cancelled = self._cancelled[submission.id.key]
        self._set(submission.id, provisioningState="Running")
        run = Run(
            self._cloud,
            request,
            submission.deployment,
            progress,
            cancelled,
            nested=lambda inner_id, inner, resource: self._nested(request, inner_id, inner, resource, cancelled),
        )
        try:
            run.resources()
            if submission.mode == "Complete":
                kept = {resource.id for resource in submission.deployment.deployed_resources()} | set(progress.deployed)
                delete_all_but(self._cloud, request, submission.id.group_id, kept)
            outputs = self._outputs(submission.deployment, run)
        except Canceled:
            self._settle(submission.id, "Canceled", progress=progress)
            raise
        except ArmError as error:
            self._settle(submission.id, "Failed", progress=progress, error=error.error())
            self._roll_back(request, submission)
            raise
        self._settle(submission.id, "Succeeded", progress=progress, outputs=outputs)

    def _roll_back(self, request: ArmRequest, submission: Submission) -> None:
        if submission.on_error is None:
            return
        self._set(submission.id, onErrorDeployment={"provisioningState": "Running", **submission.on_error})
        state = rollback.carry_out(self._cloud, request, submission.id, submission.on_error["deploymentName"])
        self._set(submission.id, onErrorDeployment={"provisioningState": state, **submission.on_error})

    def _nested(
        self,
        request: ArmRequest,
        deployment_id: ResourceId,
        deployment: Deployment,
        resource: Resource,
        cancelled: threading.Event,
    ) -> None:
        """A deployment inside another: a resource of its own, with its own operations and outputs."""
        properties = resource.body.get("properties") or {}
        template = properties.get("template")
        submission = Submission(
            id=deployment_id,
            mode=str(properties.get("mode", "Incremental")),
            location=None if deployment_id.resource_group else resource.body.get("location"),
            tags=resource.body.get("tags"),
            template=template if isinstance(template, dict) else {},
            deployment=deployment,
        )
        if deployment_id.resource_group and self._cloud.store.get(deployment_id.group_id) is None:
            message = f"Resource group '{deployment_id.resource_group}' could not be found."
            raise ArmError(404, "ResourceGroupNotFound", message)
        self._accept(request, submission)
        self._cancelled[deployment_id.key] = cancelled
        self._carry_out(replace(request, path=deployment_id.text), submission)

    def _outputs(self, deployment: Deployment, run: Run) -> dict[str, Any]:
        from armtemplate import TemplateFaults

        try:
            finished = {name: deployment.finish(output, run.runtime) for name, output in deployment.outputs.items()}
        except TemplateFaults as faults:
            message = f"Unable to evaluate template outputs. Please see error details. '{faults}'"
            raise ArmError(400, "DeploymentOutputEvaluationFailed", message) from faults
        return documents.outputs(finished)

    # --- writing

    def _set(self, deployment_id: ResourceId, **properties: Any) -> None:  # noqa: ANN401 - any JSON
        self._cloud.store.update(deployment_id, lambda body: body["properties"].update(properties))

    def _settle(
        self,
        deployment_id: ResourceId,
        state: str,
        *,
        progress: Progress | None = None,
        outputs: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        """Write how a deployment ended."""
        now = self._cloud.clock.now()
        with self._cloud.store.transaction():
            found = self._cloud.store.get(deployment_id)
            if found is None:
                return
            started = type(now).fromisoformat(found.internal["started"])
            properties = found.body["properties"]
            properties |= {"provisioningState": state, "timestamp": timestamp(now)}
            properties["duration"] = documents.duration(now - started)
            if state == "Succeeded" and progress is not None:
                properties["outputs"] = outputs or {}
                properties["outputResources"] = [{"id": name} for name in sorted(progress.deployed)]
            if error is not None:
                properties["error"] = error
            internal = found.internal | {"steps": progress.operations if progress else []}
            self._cloud.store.put(deployment_id, found.body, internal=internal)
        self._cancelled.pop(deployment_id.key, None)

    # --- ending

    def _delete(self, request: ArmRequest) -> ArmResponse:
        found = self._reading.found(request)
        _refuse_while_active(found, "delete")
        subscription = found.id.subscription_id
        return self._cloud.long_running.accept(
            request,
            lambda: self._cloud.store.delete(found.id) and None,
            status=202,
            result_path=f"/subscriptions/{subscription}/operationresults/{{id}}",
        )

    def _cancel(self, request: ArmRequest) -> ArmResponse:
        found = self._reading.found(replace(request, path=request.path.rsplit("/", 1)[0]))
        cancelled = self._cancelled.get(found.id.key)
        if cancelled is None:
            state = found.body["properties"]["provisioningState"]
            message = f"The deployment '{found.id.name}' cannot be cancelled: its provisioning state is '{state}'."
            raise ArmError(409, "DeploymentCannotBeCancelled", message)
        cancelled.set()
        return ArmResponse(status=204)


def _refuse_while_active(found: Document, verb: str) -> None:
    if found.body["properties"]["provisioningState"] in _ACTIVE:
        message = f"Unable to {verb} deployment '{found.id.name}': it is still active."
        raise ArmError(409, "DeploymentActive", message)
