"""Managed disks, as documents with a content behind them: made with machines, or by themselves (`disk_creation`)."""

from __future__ import annotations

import uuid
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.compute import disk_creation
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import object_body, require, resource
from localazure.providers.compute.sources import DiskContent

TYPE = "Microsoft.Compute/disks"
GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/disks"
PATH = f"{GROUP}/{{diskName}}"


class Disks:
    """The operations on disks."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def get(self, request: ArmRequest) -> ArmResponse:
        """One disk."""
        return ArmResponse(body=require(self._cloud, request.resource_id).body)

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change tags, SKU and size."""
        known, body = require(self._cloud, request.resource_id), object_body(request)
        return ArmResponse(body=self._cloud.store.put(known.id, disk_creation.changed(known.body, body)).body)

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create or change."""
        return disk_creation.put(self._cloud, request, TYPE)

    def list_by_group(self, request: ArmRequest) -> ArmResponse:
        """The disks of a resource group."""
        return self._listed(request.resource_id.group_id)

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The disks of a subscription."""
        return self._listed(ResourceId(f"/subscriptions/{request.resource_id.subscription_id}"))

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a disk that no machine holds; 204 when there is none."""
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)
        owner = known.body.get("managedBy")
        if owner:
            message = f"Disk {known.id.name} is attached to VM {owner}."
            raise ArmError(409, "OperationNotAllowed", message)

        def removed() -> None:
            self._cloud.store.delete(known.id)

        location = str(known.body["location"])
        return accept(self._cloud, request, removed, location=location, status=202, kind="DiskOperations", monitor=True)

    def _listed(self, scope: ResourceId) -> ArmResponse:
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(scope, TYPE)]})


def create_attached(
    cloud: Cloud, disk_id: ResourceId, vm: dict[str, Any], *, content: DiskContent, size_gib: int
) -> None:
    """Write the document of a machine's OS disk."""
    os_disk = vm["properties"]["storageProfile"]["osDisk"]
    reference = vm["properties"]["storageProfile"]["imageReference"]
    document = resource(
        disk_id,
        location=str(vm["location"]),
        tags=vm.get("tags"),
        properties={
            "osType": os_disk["osType"],
            "creationData": {"createOption": "FromImage", "galleryImageReference": {"id": reference.get("id")}},
            "diskSizeGB": size_gib,
            "diskSizeBytes": size_gib * 1024**3,
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
            "timeCreated": timestamp(cloud.clock.now()),
            "provisioningState": "Succeeded",
            "diskState": "Attached",
            "uniqueId": str(uuid.uuid4()),
        },
        extra={
            "sku": {"name": os_disk["managedDisk"]["storageAccountType"], "tier": "Standard"},
            "managedBy": str(vm["id"]),
        },
    )
    cloud.store.put(disk_id, document, internal=content.internal())


def detach(cloud: Cloud, disk_id: str) -> None:
    """Let a disk outlive its machine."""

    def change(body: dict[str, Any]) -> None:
        body.pop("managedBy", None)
        body["properties"]["diskState"] = "Unattached"

    cloud.store.update(disk_id, change)


def operations(cloud: Cloud) -> list[Operation]:
    """Disks_* of the published specification."""
    disks = Disks(cloud)
    read = f"{TYPE}/read"
    everywhere = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/disks"
    rows = (
        ("CreateOrUpdate", "PUT", PATH, f"{TYPE}/write", disks.put),
        ("Update", "PATCH", PATH, f"{TYPE}/write", disks.patch),
        ("Get", "GET", PATH, read, disks.get),
        ("Delete", "DELETE", PATH, f"{TYPE}/delete", disks.delete),
        ("ListByResourceGroup", "GET", GROUP, read, disks.list_by_group),
        ("List", "GET", everywhere, read, disks.list_all),
    )
    return [
        Operation(operation_id=f"Disks_{name}", method=method, path=path, action=action, handler=handler)
        for name, method, path, action, handler in rows
    ]
