"""Is the smoke VM there yet?"""

from typing import Any

from imagegate.gateway.arm_errors import ArmFault
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import read_deployment
from imagegate.model.provisioning_fault import cause_of
from imagegate.model.smoke_vm import SmokeVm
from imagegate.model.verification import Cause

_REASON_LINES = 6


def await_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Look at the deployment once.

    `job`: `vm`. The answer's `state` is `running`, `ready` (with `address`, None without a public one, and the ids
    `created`) or `failed` (with `cause` and `reason`).
    """
    vm = SmokeVm.from_json(job["vm"])
    deployment = read_deployment(cloud, vm.resource_group, vm.name)
    if deployment is None:
        return _failed(Cause.SERVICE, f"the deployment {vm.name} is gone: somebody else removed it")
    if not deployment.ended:
        return {"state": "running"}
    if not deployment.succeeded:
        fault = deployment.fault or ArmFault(code=deployment.state, message="the deployment did not say why")
        lines = str(fault).splitlines()
        if len(lines) > _REASON_LINES:  # the innermost line is the cause
            lines = [*lines[: _REASON_LINES - 1], max(lines, key=lambda line: len(line) - len(line.lstrip()))]
        return _failed(cause_of(fault.codes, str(fault)), "\n".join(lines))
    created = [*deployment.created, *_implied(vm, deployment.created)]
    return {"state": "ready", "address": deployment.outputs.get("publicIpAddress") or None, "created": created}


def _failed(cause: Cause, reason: str) -> dict[str, Any]:
    return {"state": "failed", "cause": str(cause), "reason": reason}


def _implied(vm: SmokeVm, listed: tuple[str, ...]) -> list[str]:
    """What the deployment made and does not list: the OS disk, and the deployment itself."""
    known = {one.lower() for one in listed}
    disks = [one.text for stage in vm.teardown_stages for one in stage if one.type.lower().endswith("/disks")]
    return [one for one in (*disks, vm.deployment_id.text) if one.lower() not in known]
