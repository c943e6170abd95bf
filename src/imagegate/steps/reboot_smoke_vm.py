"""Restarts a smoke VM, to see whether what it does survives that."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.virtual_machines import begin_restart, read_instance_view, read_operation
from imagegate.model.smoke_vm import SmokeVm


def reboot_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Ask for a restart, unless one goes on; returns at once.

    `job`: `vm`. The answer: `operation`, to be asked about by `await_reboot`; None where a restart goes on already that
    somebody else (an earlier delivery of this job) asked for.
    """
    vm = SmokeVm.from_json(job["vm"])
    view = read_instance_view(cloud, vm.id)
    if view is not None and not view.settled:
        return {"operation": None}
    return {"operation": begin_restart(cloud, vm.id)}


def await_reboot(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Look once whether the restart is over. `job`: `vm`, `operation`. The answer: `ended`, and `reason` if it failed.

    The operation's own word counts first: right after the request the VM still looks as before.
    """
    vm = SmokeVm.from_json(job["vm"])
    if job["operation"] is not None:
        operation = read_operation(cloud, job["operation"])
        if not operation.ended:
            return {"ended": False}
        if not operation.succeeded:
            return {"ended": True, "reason": f"the restart ended in {operation.state}: {operation.reason}"}
    view = read_instance_view(cloud, vm.id)
    if view is None:
        return {"ended": True, "reason": "the VM is gone"}
    return {"ended": view.settled, "reason": None}
