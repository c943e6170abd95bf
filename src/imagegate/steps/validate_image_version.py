"""Can a smoke VM be made of this image version, here and now?"""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import get_resource
from imagegate.model import ImageDefinition, ImageVersion, ResourceId, normalise_region

_PENDING_STATES = {"creating", "updating", "migrating"}
_SECURITY_TYPES = {"standard", "trustedlaunchsupported", "trustedlaunch", "trustedlaunchandconfidentialvmsupported"}


def validate_image_version(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Look at the version and its definition once.

    `job`: `image_version_id`, and `regions` (names) that it must be in; none means its own. The answer's `state` is
    `usable`, `wait` (replication or an update goes on) or `unusable`, with a `reason`; a usable one comes with
    `regions` (each once), `location`, `tags`, `security_type`, `published_at`, `replicated` (all regions that are
    complete).
    """
    version_id = ResourceId.parse(job["image_version_id"])
    body = get_resource(cloud, version_id, query={"$expand": "ReplicationStatus"})
    if body is None:
        return _unusable("it does not exist, or may not be seen")
    version = ImageVersion.from_arm(body)
    wanted = job.get("regions") or [version.location]
    doubt = _provisioning(version) or _replication(version, wanted)
    if doubt is not None:
        return doubt
    definition_body = get_resource(cloud, version.definition_id)
    if definition_body is None:
        return _unusable("its image definition does not exist, or may not be seen")
    definition = ImageDefinition.from_arm(definition_body)
    fault = _definition_fault(definition)
    if fault is not None:
        return _unusable(fault)
    return {
        "state": "usable",
        "reason": "",
        "regions": list({normalise_region(name): name for name in wanted}.values()),
        "location": version.location,
        "tags": dict(version.tags),
        "security_type": definition.vm_security_type,
        "published_at": version.published_at.isoformat() if version.published_at else "",
        "replicated": [region.name for region in version.regions if _is(region.replication, "completed", None)],
    }


def _unusable(reason: str) -> dict[str, Any]:
    return {"state": "unusable", "reason": reason}


def _wait(reason: str) -> dict[str, Any]:
    return {"state": "wait", "reason": reason}


def _provisioning(version: ImageVersion) -> dict[str, Any] | None:
    state = version.provisioning_state
    if version.succeeded:
        return None
    if state.lower() in _PENDING_STATES:
        return _wait(f'its provisioning state is "{state}"')
    broken = [f"{region.name}: {region.details}" for region in version.regions if region.details]
    usual = f" ({'; '.join(broken)})" if broken else ""
    return _unusable(f'its provisioning state is "{state}", expected "Succeeded"{usual}')


def _replication(version: ImageVersion, wanted: list[str]) -> dict[str, Any] | None:
    """What stands against a VM in the wanted regions: final faults first, then what will pass."""
    waits = []
    for name in wanted:
        region = version.region(name)
        if region is None:
            if not version.regions and normalise_region(name) == normalise_region(version.location):
                continue
            kept = ", ".join(one.name for one in version.regions) or "no region at all"
            return _unusable(f"it is not kept in {name} (but in {kept})")
        if _is(region.replication, "failed"):
            return _unusable(f"its replication to {region.name} failed{': ' if region.details else ''}{region.details}")
        if not _is(region.replication, "completed", None):
            waits.append(f"{region.name} {region.progress_percent or 0} %")
    return _wait(f"replication goes on: {', '.join(waits)}") if waits else None


def _is(state: str | None, *states: str | None) -> bool:
    """Whether a replication state is one of these, in any case; None is an answer without replication status."""
    return (state.lower() if state else None) in states


def _definition_fault(definition: ImageDefinition) -> str | None:
    if definition.os_type.lower() != "linux":
        return f"its definition's OS type is {definition.os_type}: only Linux images can be smoke-tested"
    if definition.os_state.lower() != "generalized":
        return f"its definition's OS state is {definition.os_state}: only generalised images can be smoke-tested"
    if definition.security_type.lower() not in _SECURITY_TYPES:
        return f"its definition's security type is {definition.security_type}: confidential VMs are not supported"
    if definition.vm_security_type == "TrustedLaunch" and definition.hyper_v_generation.upper() != "V2":
        return f"its definition asks for Trusted Launch with generation {definition.hyper_v_generation}; it needs V2"
    if definition.purchase_plan:
        return "its definition has a purchase plan, which the smoke VM's template does not pass on"
    return None
