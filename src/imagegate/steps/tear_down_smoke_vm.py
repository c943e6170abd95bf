"""Takes one thing of a smoke VM away, and says whether it is gone."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import cancel_deployment, read_deployment
from imagegate.gateway.resources import delete_resource, get_resource, is_owned
from imagegate.model import ResourceId
from imagegate.model.smoke_vm import DEPLOYMENT_TYPE, VM_TYPE

_UNTAGGED_TYPES = {"microsoft.compute/disks", DEPLOYMENT_TYPE.lower()}
"""Compute makes the OS disk itself, and need not put the VM's tags on it; the name, a hash, says whose it is."""


def tear_down_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Look for the resource and ask for its deletion if it is there; call it again until it is gone.

    `job`: `id`. The answer: `gone`, `existed`, `reason` where it is still there, and `refused`, whether that is because
    the service does not delete it. What does not carry our ownership tag is left alone, whatever its name. A VM is
    deleted without waiting for a graceful shutdown.
    """
    resource_id = ResourceId.parse(job["id"])
    body = get_resource(cloud, resource_id)
    if body is None:
        return {"gone": True, "existed": False, "reason": ""}
    kind = resource_id.type.lower()
    if kind not in _UNTAGGED_TYPES and not is_owned(body.get("tags")):
        return {"gone": False, "existed": True, "reason": "it does not carry our ownership tag: left alone"}
    if str((body.get("properties") or {}).get("provisioningState", "")).lower() == "deleting":
        return {"gone": False, "existed": True, "reason": "its deletion goes on"}
    query = {"forceDeletion": "true"} if kind == VM_TYPE.lower() else None
    reason = delete_resource(cloud, resource_id, query=query)
    accepted = "its deletion was accepted"
    return {"gone": False, "existed": True, "reason": reason or accepted, "refused": reason is not None}


def stop_smoke_deployment(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Cancel the deployment if it still runs, so that nothing is made behind the back of the teardown.

    `job`: `id` of the deployment. The answer: `stopped`, whether nothing more will come of it.
    """
    deployment_id = ResourceId.parse(job["id"])
    state = read_deployment(cloud, deployment_id.resource_group, deployment_id.name)
    if state is None or state.ended:
        return {"stopped": True}
    cancel_deployment(cloud, deployment_id.resource_group, deployment_id.name)
    return {"stopped": False}
