"""A machine's data disks: attached, made empty, detached, removed with the machine.

They are resources and say who holds them; the guest does not see them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute import disk_creation, disks, sizes

_DISK_TYPE = "Microsoft.Compute/disks"


def check(cloud: Cloud, vm_id: ResourceId | str, size_name: str, given: Sequence[Mapping[str, Any]]) -> None:
    """Raise what Azure answers for disks that cannot be attached: slots, number, owners, absent disks."""
    slots = [int(entry.get("lun") or 0) for entry in given]
    if twice := next((slot for slot in slots if slots.count(slot) > 1), None):
        message = f"A disk with LUN {twice} is already in use. Please specify another LUN."
        raise ArmError(400, "InvalidParameter", message, target="dataDisk.lun")
    size = sizes.find(size_name)
    most = size.vcpus * 2 if size else len(slots)
    if len(slots) > most:
        message = (
            f"The maximum number of data disks allowed to be attached to a VM of this size is {most}. The current "
            f"number of data disks is {len(slots)}."
        )
        raise ArmError(409, "OperationNotAllowed", message, target="dataDisks")
    for entry in given:
        if disk_id := (entry.get("managedDisk") or {}).get("id"):
            _check_free(cloud, ResourceId(str(vm_id)), ResourceId(str(disk_id)))


def arrange(
    cloud: Cloud, vm: Mapping[str, Any], given: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Attach what is given, make what is new, let go of what is not given any more; the list as the machine has it."""
    vm_id, location = ResourceId(str(vm["id"])), str(vm["location"])
    kept = [entry for entry in given if not entry.get("toBeDetached")]
    arranged = [_attached(cloud, vm_id, location, entry) for entry in kept]
    held = {str(entry["managedDisk"]["id"]).lower() for entry in arranged}
    for entry in known:
        if str(entry["managedDisk"]["id"]).lower() not in held:
            disks.detach(cloud, str(entry["managedDisk"]["id"]))
    return arranged


def let_go(cloud: Cloud, data_disks: Sequence[Mapping[str, Any]]) -> None:
    """What becomes of them when the machine goes: deleted or detached, by their deleteOption."""
    for entry in data_disks:
        disk_id = str(entry["managedDisk"]["id"])
        if str(entry.get("deleteOption", "Detach")).lower() == "delete":
            cloud.store.delete(disk_id)
        else:
            disks.detach(cloud, disk_id)


def _attached(cloud: Cloud, vm_id: ResourceId, location: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    managed = dict(entry.get("managedDisk") or {})
    option = str(entry.get("createOption") or ("Attach" if managed.get("id") else "Empty"))
    name = str(entry.get("name") or f"{vm_id.name}_disk{int(entry.get('lun') or 0) + 2}_{uuid.uuid4().hex}")
    if managed.get("id"):
        disk_id = ResourceId(str(managed["id"]))
        cloud.store.update(disk_id, lambda body: _hold(body, vm_id))
    else:
        disk_id = ResourceId(f"{vm_id.group_id}/providers/{_DISK_TYPE}/{name}")
        account_type = str(managed.get("storageAccountType") or "Premium_LRS")
        size_gib = int(entry.get("diskSizeGB") or 0)
        disk_creation.new_empty(
            cloud, disk_id, location=location, size_gib=size_gib, account_type=account_type, owner=vm_id.text
        )
    found = cloud.store.get(disk_id)
    if found is None:
        raise resource_not_found(disk_id)
    return {
        "lun": int(entry.get("lun") or 0),
        "name": found.id.name,
        "createOption": option,
        "caching": entry.get("caching") or "None",
        "managedDisk": {"storageAccountType": found.body["sku"]["name"], "id": found.id.text},
        "deleteOption": entry.get("deleteOption") or "Detach",
        "diskSizeGB": found.body["properties"]["diskSizeGB"],
        "toBeDetached": False,
    }


def _hold(body: dict[str, Any], vm_id: ResourceId) -> None:
    body["managedBy"] = vm_id.text
    body["properties"]["diskState"] = "Attached"


def _check_free(cloud: Cloud, vm_id: ResourceId, disk_id: ResourceId) -> None:
    found = cloud.store.get(disk_id)
    if found is None:
        raise resource_not_found(disk_id)
    owner = found.body.get("managedBy")
    if owner and ResourceId(str(owner)) != vm_id:
        raise ArmError(
            409,
            "ConflictingUserInput",
            f"Disk '{disk_id}' cannot be attached as the disk is already owned by VM '{owner}'.",
        )
