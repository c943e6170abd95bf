"""Scripts inside a VM, by Compute's managed Run Command: put one, see how it stands.

The managed kind tells the exit code; the older action calls every script a success. Its output ends at 4 KB.
Source: Azure Compute documentation, "Run scripts in your Linux VM by using managed Run Commands".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

_API_VERSION = "2024-07-01"
_ENDED = {"succeeded", "failed", "timedout", "canceled"}


@dataclass(frozen=True, kw_only=True)
class RunCommandState:
    """A script as it stands; `exit_code` None until it ended, or where it never ran."""

    state: str
    exit_code: int | None
    output: str
    error: str

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state.lower() in _ENDED


def begin_run_command(
    cloud: Cloud, vm_id: ResourceId, name: str, *, location: str, script: str, timeout_s: int
) -> None:
    """Put the script under that name; the VM's agent runs it once. Returns when it was accepted."""
    body = {
        "location": location,
        "properties": {
            "source": {"script": script},
            "timeoutInSeconds": timeout_s,
            "asyncExecution": False,
            "treatFailureAsDeploymentFailure": False,
        },
    }
    with told_as(f"running a command in {vm_id.name}"):
        cloud.send("PUT", vm_id.child("runCommands", name).text, api_version=_API_VERSION, body=body)


def read_run_command(cloud: Cloud, vm_id: ResourceId, name: str) -> RunCommandState | None:
    """How the script of that name stands; None where there is none."""
    body = get_resource(cloud, vm_id.child("runCommands", name), query={"$expand": "instanceView"})
    if body is None:
        return None
    properties: Mapping[str, Any] = body.get("properties") or {}
    view: Mapping[str, Any] = properties.get("instanceView") or {}
    state = str(view.get("executionState") or "Pending")
    if str(properties.get("provisioningState", "")).lower() == "failed" and state.lower() not in _ENDED:
        state = "Failed"  # the platform could not start the script: no agent, no channel
    code = view.get("exitCode")
    message = view.get("executionMessage")
    return RunCommandState(
        state=state,
        exit_code=int(code) if code is not None and state.lower() in _ENDED else None,
        output=str(view.get("output") or ""),
        error=str(view.get("error") or message or ""),
    )
