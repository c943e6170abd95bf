"""What a VM says of itself, and its restart. Plain requests: the compute SDK's import takes most of a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from imagegate.errors import LoginFailed, NotAuthorised, ResourceConflict
from imagegate.gateway.arm_errors import parse_error
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

_API_VERSION = "2024-07-01"
_OPERATION_ENDED = {"succeeded", "failed", "canceled"}


@dataclass(frozen=True, kw_only=True)
class InstanceView:
    """A VM as it is now; `power_state` and `agent` are Azure's words, empty where it says nothing.

    `provisioned_at`: when the last operation on the VM ended, as Azure writes it.
    """

    provisioning_state: str
    provisioned_at: str
    power_state: str
    agent: str
    statuses: tuple[str, ...]

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From a VM that was read with its instance view."""
        properties = body.get("properties") or {}
        view = properties.get("instanceView") or {}
        statuses = view.get("statuses") or []
        codes = [str(status.get("code", "")) for status in statuses]
        times = [status.get("time") for status in statuses if _is_provisioning(status)]
        agent = (view.get("vmAgent") or {}).get("statuses") or []
        return cls(
            provisioning_state=str(properties.get("provisioningState", "")),
            provisioned_at=next((str(time) for time in times if time), ""),
            power_state=next((code.split("/", 1)[1] for code in codes if code.lower().startswith("powerstate/")), ""),
            agent=str(agent[0].get("displayStatus", "")) if agent else "",
            statuses=tuple(_status_line(status) for status in statuses),
        )

    @property
    def settled(self) -> bool:
        """Whether it runs and nothing is being done to it."""
        return self.provisioning_state.lower() == "succeeded" and self.power_state.lower() == "running"


@dataclass(frozen=True, kw_only=True)
class OperationState:
    """A long-running operation as it stands; `reason` is the service's, once it failed."""

    state: str
    reason: str

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state.lower() in _OPERATION_ENDED

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.state.lower() == "succeeded"


def read_instance_view(cloud: Cloud, vm_id: ResourceId) -> InstanceView | None:
    """How the VM is, or None where there is none."""
    body = get_resource(cloud, vm_id, query={"$expand": "instanceView"})
    return None if body is None else InstanceView.from_arm(body)


def begin_restart(cloud: Cloud, vm_id: ResourceId) -> str | None:
    """Ask for a restart, and return the operation's address (path and query; no secret), if the service named one.

    A restart that goes on already answers with a conflict: then None, and the VM's own state tells.
    """
    try:
        with told_as(f"restarting {vm_id.name}"):
            answer = cloud.begin("POST", f"{vm_id}/restart", api_version=_API_VERSION)
    except ResourceConflict:
        return None
    if not answer.operation_url:
        return None
    parts = urlsplit(answer.operation_url)
    return f"{parts.path}?{parts.query}"


def read_operation(cloud: Cloud, operation: str) -> OperationState | None:
    """How the operation at that address stands; None where it is not for us to ask.

    Operations belong to the subscription, and the rights of the Function and of CI end at resource groups.
    """
    try:
        with told_as("asking how the operation stands"):
            body = cloud.follow(operation) or {}
    except LoginFailed:
        raise
    except NotAuthorised:
        return None
    error = body.get("error")
    return OperationState(state=str(body.get("status") or "Succeeded"), reason=str(parse_error(error)) if error else "")


def _is_provisioning(status: Mapping[str, Any]) -> bool:
    return str(status.get("code", "")).lower().startswith("provisioningstate/")


def _status_line(status: Mapping[str, Any]) -> str:
    told = status.get("message") or status.get("displayStatus") or ""
    return f"{status.get('code', '')}: {told}".strip(": ")
