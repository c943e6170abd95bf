"""A machine's instance view: provisioning, power, agent (recorded shapes)."""

from __future__ import annotations

from typing import Any

from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.engine_port import Machine
from localazure.store import Document

_POWER_WORDS = {
    "running": "VM running",
    "starting": "VM starting",
    "stopped": "VM stopped",
    "deallocated": "VM deallocated",
}


def instance_view(cloud: Cloud, vm: Document, machine: Machine | None) -> dict[str, Any]:
    """How the machine is now. A machine whose process has ended by itself (shut down from inside) is stopped."""
    now = timestamp(cloud.clock.now()).replace("Z", "+00:00")
    properties = vm.body["properties"]
    power = power_state(vm, machine)
    disks = [properties["storageProfile"]["osDisk"], *(properties["storageProfile"].get("dataDisks") or ())]
    view: dict[str, Any] = {
        "disks": [{"name": disk["name"], "statuses": [_succeeded(now)]} for disk in disks],
        "hyperVGeneration": vm.internal.get("generation", "V2"),
        "statuses": [
            _provisioning(str(properties["provisioningState"]), _settled_at(vm) or now),
            {"code": f"PowerState/{power}", "level": "Info", "displayStatus": _POWER_WORDS[power]},
        ],
    }
    if power == "running":
        ready = machine is not None and machine.provisioned is True
        view = {"vmAgent": _agent(now, ready=ready), **view}
        if ready:
            view["computerName"] = (properties.get("osProfile") or {}).get("computerName", vm.id.name)
    if (properties.get("diagnosticsProfile") or {}).get("bootDiagnostics", {}).get("enabled"):
        view["bootDiagnostics"] = {}
    return view


def _settled_at(vm: Document) -> str:
    """When the last operation on the machine ended; empty while one goes on."""
    ended = vm.body["properties"]["provisioningState"] == "Succeeded"
    return str(vm.internal.get("settled", "")).replace("Z", "+00:00") if ended else ""


def power_state(vm: Document, machine: Machine | None) -> str:
    """`running`, `starting`, `stopped` or `deallocated`."""
    power = str(vm.internal.get("power", "stopped"))
    if power == "running" and (machine is None or not machine.is_running()):
        return "stopped"
    return power if power in _POWER_WORDS else "stopped"


def _agent(now: str, *, ready: bool) -> dict[str, Any]:
    if ready:
        status = {**_succeeded(now), "displayStatus": "Ready", "message": "Guest Agent is running"}
        return {"vmAgentVersion": "2.9.0.4", "statuses": [status], "extensionHandlers": []}
    waiting = {
        "code": "ProvisioningState/Unavailable",
        "level": "Warning",
        "displayStatus": "Not Ready",
        "message": "VM status blob is found but not yet populated.",
        "time": now,
    }
    return {"vmAgentVersion": "Unknown", "statuses": [waiting]}


def _provisioning(state: str, now: str) -> dict[str, str]:
    if state == "Succeeded":
        return _succeeded(now)
    if state == "Failed":
        return {
            "code": "ProvisioningState/failed/OSProvisioningTimedOut",
            "level": "Error",
            "displayStatus": "Provisioning failed",
            "time": now,
        }
    return {
        "code": f"ProvisioningState/{state.lower()}",
        "level": "Info",
        "displayStatus": state,
        "time": now,
    }


def _succeeded(now: str) -> dict[str, str]:
    return {
        "code": "ProvisioningState/succeeded",
        "level": "Info",
        "displayStatus": "Provisioning succeeded",
        "time": now,
    }
