"""Restarts a smoke VM, to see whether what it does survives that."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.virtual_machines import begin_restart, read_instance_view, read_operation
from imagegate.model.smoke_vm import SmokeVm


def reboot_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Ask for a restart, unless one goes on; returns at once.

    `job`: `vm`. The answer, for `await_reboot`: `operation`, None where a restart goes on already that an earlier
    delivery of this job asked for; `before`, when the last operation before it ended.
    """
    vm = SmokeVm.from_json(job["vm"])
    view = read_instance_view(cloud, vm.id)
    if view is not None and not view.settled:
        return {"operation": None}
    before = view.provisioned_at if view is not None else ""
    return {"operation": begin_restart(cloud, vm.id), "before": before}


def await_reboot(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Look once whether the restart is over.

    `job`: `vm`, `operation`, `before`, and `seen_down` of the looks before. The answer: `ended`, `reason` if it failed,
    and `seen_down`, whether the VM was not up. The operation's own word counts first: right after the request the VM
    still looks as before. Where it is not ours to ask for, the VM has to have been down, or to have ended an operation
    since.
    """
    vm = SmokeVm.from_json(job["vm"])
    operation = read_operation(cloud, job["operation"]) if job["operation"] is not None else None
    if operation is not None and not operation.ended:
        return {"ended": False}
    if operation is not None and not operation.succeeded:
        return {"ended": True, "reason": f"the restart ended in {operation.state}: {operation.reason}"}
    view = read_instance_view(cloud, vm.id)
    if view is None:
        return {"ended": True, "reason": "the VM is gone"}
    before = job.get("before")
    proven = operation is not None or not before or view.provisioned_at != before or bool(job.get("seen_down"))
    return {"ended": view.settled and proven, "reason": None, "seen_down": not view.settled}
