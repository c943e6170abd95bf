"""What is asked about deployments: read, listed, exported, validated, predicted. Nothing here changes anything."""

from __future__ import annotations

import json
from dataclasses import replace

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.resources.deployments import documents, preflight, what_if
from localazure.providers.resources.deployments.submission import read
from localazure.providers.resources.filters import top
from localazure.store import Document


class Reading:
    """The questions."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def get(self, request: ArmRequest) -> ArmResponse:
        """One deployment."""
        return ArmResponse(body=self.found(request).body)

    def validate(self, request: ArmRequest) -> ArmResponse:
        """What the deployment would be, with every fault that can be known beforehand."""
        inner = replace(request, path=request.path.rsplit("/", 1)[0])
        submission = read(self._cloud, inner, self.id_of(inner))
        preflight.check_rights(self._cloud, request, submission)
        body = documents.document(
            submission, state="Succeeded", moment=self._cloud.clock.now(), correlation_id=request.correlation_id
        )
        deployed = submission.deployment.deployed_resources()
        body["properties"] |= {
            "timestamp": "0001-01-01T00:00:00Z",
            "validatedResources": [{"id": resource.id} for resource in deployed],
        }
        return ArmResponse(body=body)

    def what_if(self, request: ArmRequest) -> ArmResponse:
        """What the deployment would change, told at the end of an operation."""
        inner = replace(request, path=request.path.rsplit("/", 1)[0])
        deployment_id, whole = self.id_of(inner), what_if.check_settings(request)
        return self._cloud.long_running.accept(
            request,
            lambda: what_if.outcome(self._cloud, inner, deployment_id, whole=whole),
            status=202,
            result_path=f"/subscriptions/{deployment_id.subscription_id}/operationresults/{{id}}",
        )

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The deployments of a scope, the latest first."""
        scope = ResourceId(request.path[: request.path.lower().rindex("/providers/")])
        value = [
            document.body
            for document in self._cloud.store.under(scope, documents.DEPLOYMENT_TYPE)
            if document.id.resource_group.lower() == scope.resource_group.lower()
        ]
        value.sort(key=lambda body: str(body["properties"]["timestamp"]), reverse=True)
        return ArmResponse(body={"value": value[: top(request)]})

    def exists(self, request: ArmRequest) -> ArmResponse:
        """204 or 404."""
        return ArmResponse(status=204 if self._cloud.store.get(self.id_of(request)) else 404)

    def export(self, request: ArmRequest) -> ArmResponse:
        """The template as it was submitted."""
        found = self.found(replace(request, path=request.path.rsplit("/", 1)[0]))
        return ArmResponse(body={"template": found.internal["template"]})

    def list_steps(self, request: ArmRequest) -> ArmResponse:
        """What was done, resource by resource."""
        return ArmResponse(body={"value": self.found(request).internal["steps"]})

    def get_step(self, request: ArmRequest) -> ArmResponse:
        """One line of it."""
        wanted = request.parameters["operationId"]
        for step in self.found(request).internal["steps"]:
            if step["operationId"].lower() == wanted.lower():
                return ArmResponse(body=step)
        message = f"Deployment operation '{wanted}' could not be found."
        raise ArmError(404, "DeploymentOperationNotFound", message)

    def found(self, request: ArmRequest) -> Document:
        """The deployment, or 404."""
        document = self._cloud.store.get(self.id_of(request))
        if document is None:
            message = f"Deployment '{request.parameters['deploymentName']}' could not be found."
            raise ArmError(404, "DeploymentNotFound", message)
        return document

    def id_of(self, request: ArmRequest) -> ResourceId:
        """The deployment's id, spelled as Resource Manager answers it."""
        name, group = request.parameters["deploymentName"], request.parameters.get("resourceGroupName")
        scope = f"/subscriptions/{request.parameters['subscriptionId']}"
        holder = f"{scope}/resourceGroups/{group}" if group else scope
        return ResourceId(f"{holder}/providers/{documents.DEPLOYMENT_TYPE}/{name}")


def template_hash(request: ArmRequest) -> ArmResponse:
    """The hash of a template, which a deployment of it will have."""
    if not isinstance(request.body, dict):
        raise ArmError(400, "InvalidRequestContent", "The request content was invalid: a template is expected.")
    minified = json.dumps(request.body, separators=(",", ":"))
    return ArmResponse(body={"minifiedTemplate": minified, "templateHash": documents.template_hash(request.body)})
