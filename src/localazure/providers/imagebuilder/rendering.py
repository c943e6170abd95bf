"""A template's document: what is stored, and what each API version shows of it (recorded shapes)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from localazure.arm.locations import normalized
from localazure.arm.resource_id import ResourceId
from localazure.providers.imagebuilder.shapes import READ_ONLY

TYPE = "Microsoft.VirtualMachineImages/imageTemplates"
_STAGING_SINCE = "2022-02-14"
_VERSIONING_SINCE = "2023-07-01"  # recorded: 2022-07-01 takes it and shows null
_NO_PROFILE = {"vmSize": "", "osDiskSizeGB": 0}
_ORDER = ("source", "customize", "optimize", "validate", "distribute")


def composed(template_id: ResourceId, template: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a template that was just submitted, with the service's empty values filled in.

    The id spells `resourcegroups` in lower case, as the service does.
    """
    given = {name: value for name, value in template["properties"].items() if name not in READ_ONLY}
    properties = {name: copy.deepcopy(given[name]) for name in _ORDER if name in given}
    properties["distribute"] = [_target(target) for target in given["distribute"]]
    for step in properties.get("customize") or ():
        if step.get("sha256Checksum") == "":
            del step["sha256Checksum"]  # sent by the CLI, not shown by the service until it has fetched the script
    if not properties.get("customize"):
        properties.pop("customize", None)
    properties |= {name: value for name, value in given.items() if name not in properties and name != "customize"}
    properties |= {
        "provisioningState": "Creating",
        "buildTimeoutInMinutes": given.get("buildTimeoutInMinutes", 0),
        **({"vmProfile": {**_NO_PROFILE, **given["vmProfile"]}} if "vmProfile" in given else {}),
        "stagingResourceGroup": given.get("stagingResourceGroup", ""),
        "exactStagingResourceGroup": "",
    }
    if properties["source"]["type"] == "PlatformImage":
        properties["source"]["exactVersion"] = properties["source"]["version"]
    return {
        "properties": properties,
        **({"identity": copy.deepcopy(template["identity"])} if template.get("identity") else {}),
        "id": template_id.text.replace("/resourceGroups/", "/resourcegroups/"),
        "name": template_id.name,
        "type": TYPE,
        "location": normalized(template["location"]),
        "tags": dict(template.get("tags") or {}),
    }


def rendered(body: Mapping[str, Any], *, api_version: str) -> dict[str, Any]:
    """The document as an API version shows it; versions before 2022-02-14 know no staging group or exact version.

    Recorded answers of 2022-07-01 have no `systemData`, which the specification has.
    """
    if api_version[:10] >= _VERSIONING_SINCE:
        return dict(body)
    shown = copy.deepcopy(dict(body))
    shown.pop("systemData", None)
    properties = shown["properties"]
    for target in properties["distribute"]:
        if "versioning" in target:
            target["versioning"] = None
    if api_version[:10] >= _STAGING_SINCE:
        return shown
    for name in ("stagingResourceGroup", "exactStagingResourceGroup"):
        properties.pop(name, None)
    exact = properties["source"].pop("exactVersion", None)
    if exact and exact != properties["source"].get("version"):
        properties["source"]["version"] = f"{properties['source']['version']} ({exact})"
    for target in properties["distribute"]:
        target.pop("versioning", None)
    return shown


def _target(given: Mapping[str, Any]) -> dict[str, Any]:
    target = {"artifactTags": {}, **copy.deepcopy(dict(given))}
    if given["type"] == "SharedImage":
        target.setdefault("excludeFromLatest", False)
        target.setdefault("versioning", None)
        for region in target.get("targetRegions") or ():
            region.setdefault("replicaCount", 1)
            region.setdefault("storageAccountType", "Standard_LRS")
    return target


def merged_target(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A target after a PATCH that names it again."""
    return _target({**known, **given})
