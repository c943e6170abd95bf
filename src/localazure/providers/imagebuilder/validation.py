"""What a template may say, checked before anything is made; refusals in the service's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.providers.imagebuilder.shapes import CUSTOMIZER, DISTRIBUTOR, SOURCE, VALIDATOR

NAME = re.compile(r"[A-Za-z0-9\-_.]{1,64}")
LONGEST_TIMEOUT_MINUTES = 960
_ROOT = "ImageTemplate"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REFERENCE = "http://aka.ms/azvmimagebuildertmplref"
_STORAGE = ("Standard_LRS", "Standard_ZRS", "Premium_LRS")
_STATES = ("Enabled", "Disabled")
_ON_ERROR = ("cleanup", "abort")
_IDENTITIES_SINCE = "2020-02-14"  # in previews the service acted as itself (recorded)
_VERSION = re.compile(r"\d{1,10}\.\d{1,10}\.\d{1,10}")


def check_template(name: str, template: Mapping[str, Any], api_version: str) -> None:
    """Raise the first fault of a template's body (already unmarshalled)."""
    if not NAME.fullmatch(name):
        raise bad(_ROOT, "name", name)
    _require(_ROOT, template, "location")
    if template.get("identity") or api_version >= _IDENTITIES_SINCE:
        check_identity(template)
    properties = _require(_ROOT, template, "properties")
    path = f"{_ROOT}.properties"
    _check_source(_require(path, properties, "source"))
    _check_steps(f"{path}.customize", properties.get("customize") or [], CUSTOMIZER.structs)
    validate = properties.get("validate") or {}
    _check_steps(f"{path}.validate.inVMValidations", validate.get("inVMValidations") or [], VALIDATOR.structs)
    check_distribute(_require(path, properties, "distribute"))
    check_vm_profile(properties.get("vmProfile") or {})
    _check_states(path, properties)
    timeout = properties.get("buildTimeoutInMinutes", 0)
    if not 0 <= timeout <= LONGEST_TIMEOUT_MINUTES:
        raise bad(path, "buildTimeoutInMinutes", timeout)


def check_identity(template: Mapping[str, Any]) -> None:
    """Exactly one user-assigned identity."""
    identity = template.get("identity")
    if not identity:
        raise missing(_ROOT, "identity")
    if identity.get("type") not in ("UserAssigned", "None"):
        raise bad(f"{_ROOT}.identity", "type", identity.get("type"))
    identities = identity.get("userAssignedIdentities") or {}
    if identity["type"] == "None" or not identities:
        raise missing(f"{_ROOT}.identity", "userAssignedIdentities")
    if len(identities) > 1:
        raise bad(f"{_ROOT}.identity", "userAssignedIdentities", ", ".join(identities))


def check_distribute(targets: list[dict[str, Any]]) -> None:
    """At least one target; run output names are unique."""
    path = f"{_ROOT}.properties.distribute"
    if not targets:
        raise missing(f"{_ROOT}.properties", "distribute")
    seen: set[str] = set()
    for index, target in enumerate(targets):
        place = f"{path}[{index}]"
        kind = _require(place, target, "type")
        if kind not in DISTRIBUTOR.structs:
            raise bad(place, "type", kind)
        name = _require(place, target, "runOutputName")
        if not NAME.fullmatch(name) or name.lower() in seen:
            raise bad(place, "runOutputName", name)
        seen.add(name.lower())
        if kind == "SharedImage":
            _check_shared_image(place, target)
        if kind == "ManagedImage":
            _check_id(place, "imageId", _require(place, target, "imageId"), "Microsoft.Compute/images")
            _require(place, target, "location")


def check_vm_profile(profile: Mapping[str, Any]) -> None:
    """Network settings go together or not at all."""
    path = f"{_ROOT}.properties.vmProfile"
    if profile.get("osDiskSizeGB", 0) < 0:
        raise bad(path, "osDiskSizeGB", profile["osDiskSizeGB"])
    network = profile.get("vnetConfig") or {}
    if network.get("containerInstanceSubnetId") and not network.get("subnetId"):
        raise missing(f"{path}.vnetConfig", "subnetId")
    if network.get("containerInstanceSubnetId") and network.get("proxyVmSize"):
        raise bad(f"{path}.vnetConfig", "proxyVmSize", network["proxyVmSize"])


def bad(path: str, field: str, value: object) -> ArmError:
    """A field whose value cannot be taken."""
    return ArmError(
        400,
        "ValidationFailed",
        f"Validation failed: '{path}': Field '{field}' has a bad value: '{value}'. Please review  {_REFERENCE}  "
        "for details on fields requirements in the Image Builder Template.",
    )


def missing(path: str, field: str) -> ArmError:
    """A field that has to be there."""
    return ArmError(
        400,
        "ValidationFailed",
        f"Validation failed: '{path}': Missing field '{field}'. Please review {_REFERENCE} "
        "for details on fields required in the Image Builder Template.",
    )


def _require(path: str, holder: Mapping[str, Any], field: str) -> Any:  # noqa: ANN401 - any JSON
    value = holder.get(field)
    if value in (None, "", {}, []):
        raise missing(path, field)
    return value


def _check_source(source: Mapping[str, Any]) -> None:
    path = f"{_ROOT}.properties.source"
    kind = _require(path, source, "type")
    if kind not in SOURCE.structs:
        raise bad(path, "type", kind)
    if kind == "PlatformImage":
        for field in ("publisher", "offer", "sku", "version"):
            _require(path, source, field)
    elif kind == "ManagedImage":
        _check_id(path, "imageId", _require(path, source, "imageId"), "Microsoft.Compute/images")
    else:
        version_id = _require(path, source, "imageVersionId")
        _check_id(path, "imageVersionId", version_id, "Microsoft.Compute/galleries/images/versions")


def _check_steps(path: str, steps: list[dict[str, Any]], known: Mapping[str, object]) -> None:
    for index, step in enumerate(steps):
        place = f"{path}[{index}]"
        kind = _require(place, step, "type")
        if kind not in known:
            raise bad(place, "type", kind)
        if kind in ("Shell", "PowerShell"):
            _check_script(place, step)
        if kind == "File":
            _require(place, step, "sourceUri")
            _require(place, step, "destination")
        if step.get("sha256Checksum") and not _SHA256.fullmatch(step["sha256Checksum"]):
            raise bad(place, "sha256Checksum", step["sha256Checksum"])


def _check_script(place: str, step: Mapping[str, Any]) -> None:
    if not step.get("scriptUri") and not step.get("inline"):
        raise missing(place, "scriptUri")
    if step.get("scriptUri") and step.get("inline"):
        raise bad(place, "inline", step["inline"])
    if step.get("runAsSystem") and not step.get("runElevated"):
        raise bad(place, "runAsSystem", step["runAsSystem"])


def _check_shared_image(place: str, target: Mapping[str, Any]) -> None:
    image_id = _require(place, target, "galleryImageId")
    parsed = ResourceId(image_id)
    kinds = ("microsoft.compute/galleries/images", "microsoft.compute/galleries/images/versions")
    if parsed.type.lower() not in kinds or not parsed.subscription_id or not parsed.resource_group:
        raise bad(place, "galleryImageId", image_id)
    if parsed.type.lower() == kinds[1] and (not _VERSION.fullmatch(parsed.name) or target.get("versioning")):
        field = "versioning" if target.get("versioning") else "galleryImageId"
        raise bad(place, field, target.get(field))
    regions, old = target.get("targetRegions"), target.get("replicationRegions")
    if regions and (old or target.get("storageAccountType")):
        raise bad(place, "replicationRegions" if old else "storageAccountType", old or target["storageAccountType"])
    if not regions and not old:
        raise missing(place, "targetRegions")
    for index, region in enumerate(regions or ()):
        _check_region(f"{place}.targetRegions[{index}]", region)
    if target.get("storageAccountType") and target["storageAccountType"] not in _STORAGE:
        raise bad(place, "storageAccountType", target["storageAccountType"])
    scheme = (target.get("versioning") or {"scheme": "Latest"}).get("scheme")
    if scheme not in ("Latest", "Source"):
        raise bad(f"{place}.versioning", "scheme", scheme)
    if target.get("replicationMode") not in (None, "Full", "Shallow"):
        raise bad(place, "replicationMode", target["replicationMode"])


def _check_region(place: str, region: Mapping[str, Any]) -> None:
    _require(place, region, "name")
    if region.get("replicaCount", 1) < 1:
        raise bad(place, "replicaCount", region["replicaCount"])
    if region.get("storageAccountType") not in (None, "", *_STORAGE):
        raise bad(place, "storageAccountType", region["storageAccountType"])


def _check_states(path: str, properties: Mapping[str, Any]) -> None:
    optimize = properties.get("optimize") or {}
    handling = properties.get("errorHandling") or {}
    rows = (
        (f"{path}.optimize.vmBoot", "state", (optimize.get("vmBoot") or {}).get("state"), _STATES),
        (f"{path}.optimize.workload", "state", (optimize.get("workload") or {}).get("state"), _STATES),
        (f"{path}.autoRun", "state", (properties.get("autoRun") or {}).get("state"), _STATES),
        (f"{path}.errorHandling", "onCustomizerError", handling.get("onCustomizerError"), _ON_ERROR),
        (f"{path}.errorHandling", "onValidationError", handling.get("onValidationError"), _ON_ERROR),
    )
    for place, field, value, allowed in rows:
        if value is not None and value not in allowed:
            raise bad(place, field, value)


def _check_id(path: str, field: str, text: str, kind: str) -> None:
    parsed = ResourceId(text)
    if parsed.type.lower() != kind.lower() or not parsed.subscription_id or not parsed.resource_group:
        raise bad(path, field, text)
