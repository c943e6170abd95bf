"""`onErrorDeployment`: which earlier deployment is carried out again when this one fails.

Source: Azure Resource Manager documentation, "Rollback on error to successful deployment": root deployments of resource
groups only, with the parameters that they had, in Complete mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.store import Document

_TYPE = "Microsoft.Resources/deployments"


def resolved(cloud: Cloud, properties: Mapping[str, Any], deployment_id: ResourceId) -> dict[str, str] | None:
    """`onErrorDeployment` with the name of the deployment that it comes to. Raises 400 where there is none."""
    asked = properties.get("onErrorDeployment")
    if not asked:
        return None
    if not deployment_id.resource_group:
        message = "The on error deployment is supported for deployments to a resource group only."
        raise ArmError(400, "InvalidOnErrorDeployment", message)
    kind, name = str(asked.get("type") or ""), str(asked.get("deploymentName") or "")
    if kind.lower() not in {"lastsuccessful", "specificdeployment"} or (kind.lower() == "specificdeployment") != bool(
        name
    ):
        message = "The on error deployment is LastSuccessful, or SpecificDeployment with a deployment name."
        raise ArmError(400, "InvalidOnErrorDeployment", message)
    successful = [found for found in _root(cloud, deployment_id) if not name or found.id.name.lower() == name.lower()]
    if not successful:
        wanted = f"deployment '{name}'" if name else "any deployment"
        message = f"The on error deployment could not be found: {wanted} that succeeded in the resource group."
        raise ArmError(400, "OnErrorDeploymentNotFound", message)
    return {"type": kind, "deploymentName": successful[-1].id.name}


def carry_out(cloud: Cloud, request: ArmRequest, deployment_id: ResourceId, name: str) -> str:
    """Deploy the earlier one again, as the same caller, and wait; the state that it ended in."""
    earlier_id = ResourceId(f"{deployment_id.group_id}/providers/{_TYPE}/{name}")
    earlier = cloud.store.get(earlier_id)
    if earlier is None:
        return "Failed"
    properties = {
        "mode": "Complete",
        "template": earlier.internal["template"],
        "parameters": {key: {"value": value} for key, value in earlier.internal.get("parameters", {}).items()},
    }
    answer = cloud.call(
        "PUT",
        earlier_id,
        principal=request.principal,
        api_version=request.api_version,
        body={"properties": properties},
        correlation_id=request.correlation_id,
    )
    record: Any = cloud.complete(answer)
    return str(record["status"]) if record is not None else "Failed"


def _root(cloud: Cloud, deployment_id: ResourceId) -> list[Document]:
    """The group's deployments that succeeded, the latest last; nested ones and this one itself left out."""
    found = [
        document
        for document in cloud.store.under(deployment_id.group_id, _TYPE)
        if document.id != deployment_id
        and "parameters" in document.internal
        and document.body["properties"]["provisioningState"] == "Succeeded"
    ]
    return sorted(found, key=lambda document: str(document.body["properties"]["timestamp"]))
