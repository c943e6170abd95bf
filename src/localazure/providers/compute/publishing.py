"""A version's publishing profile: what a body asks for, what the service makes of it (recorded shapes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.providers.compute.regions import display_name

STORAGE_ACCOUNT_TYPES = ("Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS")
MOST_REPLICAS = 100
_PREFIX = "galleryImageVersion.properties.publishingProfile"
_FIXED = ("replicationMode", "storageAccountType")


def created(given: Mapping[str, Any], *, location: str, published: str) -> dict[str, Any]:
    """The profile of a new version; without regions it stays in its own."""
    profile = _filled(given, location=location)
    profile["publishedDate"] = published
    return profile


def replaced(known: Mapping[str, Any], given: Mapping[str, Any], *, location: str) -> dict[str, Any]:
    """The profile after a PUT on an existing version: what the body says, and the date of its first publication."""
    _refuse_changes(known, given)
    kept = {name: known[name] for name in _FIXED if name in known}
    profile = _filled({**kept, **given}, location=location)
    profile["publishedDate"] = known.get("publishedDate")
    return profile


def patched(known: Mapping[str, Any], given: Mapping[str, Any], *, location: str) -> dict[str, Any]:
    """The profile after a PATCH: what the body is silent about stays."""
    return replaced(known, {**known, **given}, location=location)


def regions(profile: Mapping[str, Any]) -> list[str]:
    """Where the version goes, in order."""
    return [str(target["name"]) for target in profile["targetRegions"]]


def _filled(given: Mapping[str, Any], *, location: str) -> dict[str, Any]:
    replicas = _replicas(given.get("replicaCount", 1), "replicaCount")
    kind = _account_type(given.get("storageAccountType") or "Standard_LRS")
    targets = given.get("targetRegions") or [{"name": location}]
    profile: dict[str, Any] = {
        "targetRegions": _targets(targets, replicas=replicas, kind=kind),
        "replicaCount": replicas,
        "excludeFromLatest": bool(given.get("excludeFromLatest", False)),
        "publishedDate": None,
        "storageAccountType": kind,
    }
    profile.update({name: given[name] for name in ("endOfLifeDate", "replicationMode") if given.get(name)})
    return profile


def _targets(targets: object, *, replicas: int, kind: str) -> list[dict[str, Any]]:
    if not isinstance(targets, list) or not all(isinstance(target, dict) and target.get("name") for target in targets):
        message = "Every target region needs a name."
        raise ArmError(400, "InvalidParameter", message, target=f"{_PREFIX}.targetRegions")
    seen: set[str] = set()
    for target in targets:
        region = normalized(str(target["name"]))
        if region in seen:
            message = f"The target region '{target['name']}' is listed more than once."
            raise ArmError(400, "InvalidParameter", message, target=f"{_PREFIX}.targetRegions")
        seen.add(region)
    return [_target(target, replicas=replicas, kind=kind) for target in targets]


def _target(target: Mapping[str, Any], *, replicas: int, kind: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": display_name(str(target["name"])),
        "regionalReplicaCount": _replicas(target.get("regionalReplicaCount") or replicas, "regionalReplicaCount"),
        "storageAccountType": _account_type(target.get("storageAccountType") or kind),
    }
    kept = {name: target[name] for name in ("encryption", "excludeFromLatest") if target.get(name) is not None}
    return {**entry, **kept}


def _replicas(count: object, name: str) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_REPLICAS:
        message = f"The value '{count}' of parameter '{name}' is out of range. The value must be between 1 and 100."
        raise ArmError(400, "InvalidParameter", message, target=f"{_PREFIX}.{name}")
    return count


def _account_type(kind: object) -> str:
    known = {name.lower(): name for name in STORAGE_ACCOUNT_TYPES}.get(str(kind).lower())
    if known is None:
        message = f"The value '{kind}' of parameter 'storageAccountType' is not allowed. Allowed values are: "
        allowed = ",".join(STORAGE_ACCOUNT_TYPES)
        raise ArmError(400, "InvalidParameter", f"{message}{allowed}.", target=f"{_PREFIX}.storageAccountType")
    return known


def _refuse_changes(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    for name in _FIXED:
        if given.get(name) is not None and known.get(name) is not None and given[name] != known[name]:
            target = f"{_PREFIX}.{name}"
            raise ArmError(
                409, "PropertyChangeNotAllowed", f"Changing property '{target}' is not allowed.", target=target
            )
