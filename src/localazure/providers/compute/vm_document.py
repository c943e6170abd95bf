"""A machine's document, in the shape that Azure answers (recorded)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.providers.compute.documents import resource
from localazure.providers.compute.vm_plan import VmPlan

TYPE = "Microsoft.Compute/virtualMachines"
_PASSED_ON = (
    "securityProfile",
    "diagnosticsProfile",
    "additionalCapabilities",
    "priority",
    "evictionPolicy",
    "billingProfile",
    "availabilitySet",
    "licenseType",
    "userData",
)
_ENVELOPE = ("identity", "zones", "plan", "extendedLocation")


def os_disk_id(vm_id: ResourceId, storage: Mapping[str, Any]) -> ResourceId:
    """Where the OS disk's document lies; a name is made when the request gives none."""
    name = (storage.get("osDisk") or {}).get("name") or f"{vm_id.name}_OsDisk_1_{uuid.uuid4().hex}"
    return ResourceId(f"{vm_id.group_id}/providers/Microsoft.Compute/disks/{name}")


def composed(plan: VmPlan, body: Mapping[str, Any], *, disk_id: ResourceId, created: str) -> dict[str, Any]:
    """The document of a new machine, in provisioning state Creating."""
    given = body.get("properties") or {}
    disk = (given.get("storageProfile") or {}).get("osDisk") or {}
    account_type = (disk.get("managedDisk") or {}).get("storageAccountType")
    kind = account_type or ("Premium_LRS" if plan.size.premium_io else "Standard_LRS")
    properties: dict[str, Any] = {
        "vmId": str(uuid.uuid4()),
        "hardwareProfile": {"vmSize": plan.size.name},
        "storageProfile": {
            "imageReference": plan.image.reference,
            "osDisk": {
                "osType": plan.image.os_type,
                "name": disk_id.name,
                "createOption": "FromImage",
                "caching": disk.get("caching") or "ReadWrite",
                "managedDisk": {"storageAccountType": kind, "id": disk_id.text},
                "deleteOption": disk.get("deleteOption") or "Detach",
                **({"diskSizeGB": disk["diskSizeGB"]} if disk.get("diskSizeGB") else {}),
                **({"diffDiskSettings": disk["diffDiskSettings"]} if disk.get("diffDiskSettings") else {}),
            },
            "dataDisks": [],
        },
        **({"osProfile": plan.os} if plan.os else {}),
        "networkProfile": {"networkInterfaces": plan.interfaces},
        **{name: given[name] for name in _PASSED_ON if given.get(name) is not None},
        "provisioningState": "Creating",
        "timeCreated": created,
    }
    extra = {name: body[name] for name in _ENVELOPE if body.get(name) is not None}
    return resource(plan.vm_id, location=plan.location, tags=body.get("tags"), properties=properties, extra=extra)
