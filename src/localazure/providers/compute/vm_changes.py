"""What may be changed on a machine that is there: its size, its data disks, delete options; its image may not."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.cloud import Cloud
from localazure.providers.compute import data_disks, quotas, vm_plan
from localazure.store import Document

_HOLDS_CORES = ("starting", "running", "stopped")


def refuse(known: dict[str, Any], given: dict[str, Any]) -> None:
    """Raise 409 PropertyChangeNotAllowed for another image."""
    reference = (given.get("storageProfile") or {}).get("imageReference")
    there = known["storageProfile"]["imageReference"]
    if reference and any(there.get(name) != value for name, value in reference.items() if value is not None):
        message = "Changing property 'imageReference' is not allowed."
        raise ArmError(409, "PropertyChangeNotAllowed", message, target="imageReference")


def resize(cloud: Cloud, vm: Document, given: dict[str, Any], *, limit: int) -> bool:
    """Take over another size, if one is given; whether the machine has to start anew for it.

    Raises 400 for a size that there is not, 409 where the region's quota does not hold it.
    """
    hardware = vm.body["properties"]["hardwareProfile"]
    if not (given.get("hardwareProfile") or {}).get("vmSize"):
        return False
    before, after = vm_plan.size_of(vm.body["properties"]), vm_plan.size_of(given)
    if after.name == before.name:
        return False
    held = before.vcpus if vm.internal.get("power") in _HOLDS_CORES else 0
    quotas.require_cores(cloud, after, location=str(vm.body["location"]), limit=limit + held)
    hardware["vmSize"] = after.name
    return True


def rearrange_disks(cloud: Cloud, document: dict[str, Any], given: dict[str, Any]) -> None:
    """Attach and detach, when data disks are given at all."""
    wanted = (given.get("storageProfile") or {}).get("dataDisks")
    if wanted is None:
        return
    properties = document["properties"]
    storage = properties["storageProfile"]
    data_disks.check(cloud, str(document["id"]), str(properties["hardwareProfile"]["vmSize"]), wanted)
    storage["dataDisks"] = data_disks.arrange(cloud, document, wanted, storage.get("dataDisks") or [])


def take_delete_options(known: dict[str, Any], given: dict[str, Any]) -> None:
    """What becomes of the OS disk and the interfaces when the machine goes."""
    option = ((given.get("storageProfile") or {}).get("osDisk") or {}).get("deleteOption")
    if option:
        known["storageProfile"]["osDisk"]["deleteOption"] = option
    for reference in (given.get("networkProfile") or {}).get("networkInterfaces") or ():
        for there in known["networkProfile"]["networkInterfaces"]:
            if str(there["id"]).lower() == str(reference.get("id", "")).lower() and reference.get("properties"):
                there["properties"] = reference["properties"]
