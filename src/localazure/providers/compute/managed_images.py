"""Managed images: a disk's content without versions or regions."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import (
    location_of,
    object_body,
    properties_of,
    require,
    resource,
    set_provisioning_state,
)
from localazure.providers.compute.sources import DiskContent, source_content

TYPE = "Microsoft.Compute/images"
GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/images"
PATH = f"{GROUP}/{{imageName}}"


class ManagedImages:
    """The operations on managed images."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create from a machine, a disk or a snapshot."""
        image_id, body = request.resource_id, object_body(request)
        location, given = location_of(body), properties_of(body)
        known = self._cloud.store.get(image_id)
        content = source_content(self._cloud, _source_id(given))
        document = resource(
            known.id if known else image_id,
            location=location,
            tags=body.get("tags"),
            properties={
                **(
                    {"sourceVirtualMachine": given["sourceVirtualMachine"]} if given.get("sourceVirtualMachine") else {}
                ),
                "storageProfile": {"osDisk": _os_disk(given, content), "dataDisks": []},
                "provisioningState": "Creating",
                "hyperVGeneration": given.get("hyperVGeneration", "V1"),
            },
        )
        self._cloud.store.put(image_id, document, internal=content.internal())
        return accept(
            self._cloud,
            request,
            lambda: set_provisioning_state(self._cloud, image_id, "Succeeded"),
            location=location,
            status=200 if known else 201,
            body=document,
        )

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change tags."""
        known, body = require(self._cloud, request.resource_id), object_body(request)
        if "tags" in body:
            known.body["tags"] = body["tags"] or {}
        return ArmResponse(body=self._cloud.store.put(known.id, known.body).body)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One managed image."""
        return ArmResponse(body=require(self._cloud, request.resource_id).body)

    def list_by_group(self, request: ArmRequest) -> ArmResponse:
        """The managed images of a resource group."""
        return self._listed(request.resource_id.group_id)

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The managed images of a subscription."""
        return self._listed(ResourceId(f"/subscriptions/{request.resource_id.subscription_id}"))

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a managed image; 204 when there is none."""
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)

        def removed() -> None:
            self._cloud.store.delete(known.id)

        return accept(self._cloud, request, removed, location=str(known.body["location"]), status=202, monitor=True)

    def _listed(self, scope: ResourceId) -> ArmResponse:
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(scope, TYPE)]})


def operations(cloud: Cloud) -> list[Operation]:
    """Images_* of the published specification."""
    images = ManagedImages(cloud)
    read = f"{TYPE}/read"
    everywhere = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/images"
    rows = (
        ("CreateOrUpdate", "PUT", PATH, f"{TYPE}/write", images.put),
        ("Update", "PATCH", PATH, f"{TYPE}/write", images.patch),
        ("Get", "GET", PATH, read, images.get),
        ("Delete", "DELETE", PATH, f"{TYPE}/delete", images.delete),
        ("ListByResourceGroup", "GET", GROUP, read, images.list_by_group),
        ("List", "GET", everywhere, read, images.list_all),
    )
    return [
        Operation(operation_id=f"Images_{name}", method=method, path=path, action=action, handler=handler)
        for name, method, path, action, handler in rows
    ]


def _source_id(given: dict[str, Any]) -> str:
    machine = (given.get("sourceVirtualMachine") or {}).get("id")
    os_disk = (given.get("storageProfile") or {}).get("osDisk") or {}
    found = machine or (os_disk.get("snapshot") or os_disk.get("managedDisk") or {}).get("id")
    if not isinstance(found, str):
        message = "Required parameter 'storageProfile.osDisk' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, target="storageProfile.osDisk")
    return found


def _os_disk(given: dict[str, Any], content: DiskContent) -> dict[str, Any]:
    asked = (given.get("storageProfile") or {}).get("osDisk") or {}
    source = {name: asked[name] for name in ("snapshot", "managedDisk") if asked.get(name)}
    return {
        "osType": asked.get("osType", "Linux"),
        "osState": asked.get("osState", "Generalized"),
        "diskSizeGB": content.size_gib,
        **source,
        "caching": asked.get("caching", "ReadWrite"),
        "storageAccountType": asked.get("storageAccountType", "Standard_LRS"),
    }
