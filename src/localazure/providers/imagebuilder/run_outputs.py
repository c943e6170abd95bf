"""Run outputs: what the last run that distributed has left behind, one for each target."""

from __future__ import annotations

from localazure.arm.errors import resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import states
from localazure.providers.imagebuilder.distribution import Artifact
from localazure.providers.imagebuilder.rendering import TYPE as TEMPLATE_TYPE

TYPE = f"{TEMPLATE_TYPE}/runOutputs"


class RunOutputs:
    """The operations that read run outputs."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def get(self, request: ArmRequest) -> ArmResponse:
        """One run output."""
        found = self._cloud.store.get(request.resource_id)
        if found is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=found.body)

    def list_by_template(self, request: ArmRequest) -> ArmResponse:
        """The run outputs of a template."""
        template = states.require(self._cloud, request.target_id)
        return ArmResponse(body={"value": [found.body for found in self._cloud.store.under(template.id, TYPE)]})


def write(cloud: Cloud, template_id: ResourceId, artifact: Artifact) -> None:
    """Write what a target became."""
    output_id = ResourceId(f"{template_id}/runOutputs/{artifact.run_output}")
    properties: dict[str, str] = {}
    if artifact.artifact_id:
        properties["artifactId"] = artifact.artifact_id
    if artifact.artifact_uri:
        properties["artifactUri"] = artifact.artifact_uri
    body = {
        "properties": {**properties, "provisioningState": "Succeeded"},
        "id": output_id.text.replace("/resourceGroups/", "/resourcegroups/"),
        "name": artifact.run_output,
        "type": TYPE,
    }
    cloud.store.put(output_id, body)
