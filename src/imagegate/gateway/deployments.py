"""ARM deployments of a resource group: begin one, see how it stands, cancel it. Nothing here waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from imagegate.errors import ResourceConflict, ResourceMissing, ServiceRefused
from imagegate.gateway.arm_errors import ArmFault, parse_error
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import parse_time

_ENDED = {"succeeded", "failed", "canceled"}


@dataclass(frozen=True, kw_only=True)
class DeploymentState:
    """A deployment as it stands.

    `outputs` and `parameters` by name, `created` the ids that ARM lists, `fault` once it has failed.
    """

    state: str
    outputs: Mapping[str, Any]
    created: tuple[str, ...]
    fault: ArmFault | None
    written_at: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state.lower() in _ENDED

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.state.lower() == "succeeded"


def read_deployment(cloud: Cloud, resource_group: str, name: str) -> DeploymentState | None:
    """How a deployment stands, or None where there is none of that name."""
    try:
        with told_as(f"reading the deployment {name}"):
            found = cloud.deployments.deployments.get(resource_group, name)
    except ResourceMissing:
        return None
    properties: Mapping[str, Any] = found.as_dict().get("properties") or {}
    error = properties.get("error")
    return DeploymentState(
        state=str(properties.get("provisioningState") or "Running"),
        outputs={key: value.get("value") for key, value in (properties.get("outputs") or {}).items()},
        created=tuple(str(entry["id"]) for entry in properties.get("outputResources") or () if entry.get("id")),
        fault=parse_error(error) if error else None,
        written_at=parse_time(properties.get("timestamp")),
        parameters={key: value.get("value") for key, value in (properties.get("parameters") or {}).items()},
    )


def begin_deployment(
    cloud: Cloud,
    resource_group: str,
    name: str,
    *,
    template: Mapping[str, Any],
    parameters: Mapping[str, Any],
    tags: Mapping[str, str],
) -> None:
    """Submit a template under that name; returns once ARM accepted it. One that runs already under it is not a fault.

    Raises:
        ServiceRefused, Inconclusive, NotAuthorised: ARM refuses it, by its own preflight or a provider's.
    """
    body = {
        "properties": {
            "mode": "Incremental",
            "template": dict(template),
            "parameters": {key: {"value": value} for key, value in parameters.items()},
        },
        "tags": dict(tags),
    }
    from azure.mgmt.resource.deployments.models import Deployment

    try:
        with told_as(f"deploying {name}"):
            cloud.deployments.deployments.begin_create_or_update(resource_group, name, Deployment(body), polling=False)
    except ResourceConflict as conflict:
        if conflict.service_code.lower() != "deploymentactive":
            raise


def cancel_deployment(cloud: Cloud, resource_group: str, name: str) -> None:
    """Ask that it start nothing more; what has ended, or does not exist, is left as it is."""
    try:
        with told_as(f"cancelling the deployment {name}"):
            cloud.deployments.deployments.cancel(resource_group, name)
    except ServiceRefused as refusal:
        if refusal.status not in {400, 404, 409}:
            raise
