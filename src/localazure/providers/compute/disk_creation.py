"""Disks and snapshots that clients make by themselves: empty, copied, from an image (recorded shapes)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.compute import vm_image
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import location_of, object_body, properties_of, resource
from localazure.providers.compute.sources import BYTES_IN_GIB, DiskContent, content_of, source_content

_LARGEST_GIB = 32_767
_COPYABLE = {"microsoft.compute/disks", "microsoft.compute/snapshots"}
# Azure's "Managed disk types": the smallest tier that holds the size, its IOPS, its MB/s.
_PREMIUM = (
    (4, "P1", 120, 25), (8, "P2", 120, 25), (16, "P3", 120, 25), (32, "P4", 120, 25), (64, "P6", 240, 50),
    (128, "P10", 500, 100), (256, "P15", 1100, 125), (512, "P20", 2300, 150), (1024, "P30", 5000, 200),
    (_LARGEST_GIB, "P40", 7500, 250),
)  # fmt: skip


def put(cloud: Cloud, request: ArmRequest, kind: str) -> ArmResponse:
    """Create or change a disk or snapshot (`kind` is the full type); 202, and the resource at the end."""
    body, disk_id = object_body(request), request.resource_id
    location, given = location_of(body), properties_of(body)
    known = cloud.store.get(disk_id)
    if known is not None:
        document = changed(dict(known.body), body)
        cloud.store.put(known.id, document)
        return _accepted(cloud, request, known.id, location=location, shown=document["properties"], content=None)
    creation = _creation(cloud, given)
    content = _content(cloud, creation, location)
    size_gib = _size_gib(given, _least_gib(cloud, creation, content))
    properties = _properties(cloud, given, creation, size_gib, content)
    if kind.endswith("snapshots"):
        properties["incremental"] = bool(given.get("incremental"))
    sku = _sku(body)
    if kind.endswith("disks"):
        properties |= _performance(sku["name"], size_gib)
    extra = {"sku": sku, **({"zones": body["zones"]} if body.get("zones") else {})}
    document = resource(disk_id, location=location, properties=properties, tags=body.get("tags"), extra=extra)
    cloud.store.put(disk_id, document, internal=content.internal() if content else {})
    shown: dict[str, Any] = {"creationData": creation, "diskSizeGB": size_gib}
    if kind.endswith("snapshots"):  # recorded: the source as it was given, and the size not yet
        unique = {name: creation[name] for name in ("sourceUniqueId",) if name in creation}
        shown = {"creationData": {**given["creationData"], **unique}, "publicNetworkAccess": "Enabled"}
    return _accepted(cloud, request, disk_id, location=location, shown=shown, content=content)


def changed(document: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """A disk after a write: tags, SKU, and a size that may only grow. Raises 409 for one that shrinks."""
    properties, given = dict(document["properties"]), body.get("properties") or {}
    if "tags" in body:
        document["tags"] = body["tags"] or {}
    if body.get("sku"):
        document["sku"] = _sku(body)
    before_gib = int(properties.get("diskSizeGB") or 0)
    size_gib = int(given.get("diskSizeGB") or before_gib or 1)
    if size_gib < before_gib:
        raise ArmError(
            409,
            "ResizeDiskError",
            f"Disk {document['name']} cannot be resized to {size_gib} GB: its size is {before_gib} GB, "
            "and a disk can only grow.",
        )
    _check_size(size_gib)
    properties |= {"diskSizeGB": size_gib, "diskSizeBytes": size_gib * BYTES_IN_GIB}
    properties |= {name: given[name] for name in ("networkAccessPolicy", "publicNetworkAccess") if given.get(name)}
    if "diskIOPSReadWrite" in properties:
        properties |= _performance(document["sku"]["name"], size_gib)
    return document | {"properties": properties}


def new_empty(
    cloud: Cloud, disk_id: ResourceId, *, location: str, size_gib: int, account_type: str, owner: str
) -> None:
    """An empty data disk, made with the machine that it is attached to."""
    _check_size(size_gib)
    properties = _properties(cloud, {}, {"createOption": "Empty"}, size_gib, None)
    properties |= {"provisioningState": "Succeeded", "diskState": "Attached", **_performance(account_type, size_gib)}
    extra = {"sku": _sku({"sku": {"name": account_type}}), "managedBy": owner}
    cloud.store.put(disk_id, resource(disk_id, location=location, properties=properties, extra=extra))


def _accepted(
    cloud: Cloud,
    request: ArmRequest,
    disk_id: ResourceId,
    *,
    location: str,
    shown: Mapping[str, Any],
    content: DiskContent | None,
) -> ArmResponse:
    def settle() -> dict[str, Any] | None:
        if content is not None and not content.path:
            _make_platform_disk(cloud, disk_id)
        done = cloud.store.update(disk_id, lambda body: body["properties"].update(provisioningState="Succeeded"))
        return done.body if done else None

    properties = {**shown, "provisioningState": "Updating", "isArmResource": True}
    name = {} if disk_id.type.lower().endswith("snapshots") else {"name": disk_id.name}
    body = {**name, "location": location, "properties": properties}
    return accept(cloud, request, settle, location=location, status=202, body=body, kind="DiskOperations", monitor=True)


def _make_platform_disk(cloud: Cloud, disk_id: ResourceId) -> None:
    found = cloud.store.get(disk_id)
    reference = found.body["properties"]["creationData"].get("imageReference") if found else None
    if found is None or not reference:
        return
    made = vm_image.platform_disk(cloud, _marketplace(str(reference["id"])) or {})
    cloud.store.put(found.id, found.body, internal=made.internal())


def _creation(cloud: Cloud, given: Mapping[str, Any]) -> dict[str, Any]:
    """`creationData` as it is answered: a source that is a resource is named so, with its unique id."""
    asked = given.get("creationData")
    if not isinstance(asked, dict) or not asked.get("createOption"):
        raise ArmError(400, "InvalidParameter", "Required parameter 'creationData' is missing (null).")
    creation, option = dict(asked), str(asked["createOption"])
    if option not in {"Empty", "Copy", "CopyStart", "FromImage"}:
        message = f"The local cloud does not make disks with createOption '{option}'."
        raise ArmError(501, "NotServedByLocalCloud", message)
    uri = str(creation.get("sourceUri") or "")
    if uri.lower().startswith("/subscriptions/"):
        creation["sourceResourceId"] = creation.pop("sourceUri")
    if option.startswith("Copy"):
        source = cloud.store.get(str(creation.get("sourceResourceId") or ""))
        if source is None or source.id.type.lower() not in _COPYABLE:
            raise resource_not_found(str(creation.get("sourceResourceId") or uri or "/"))
        creation["sourceUniqueId"] = source.body["properties"].get("uniqueId", "")
    return creation


def _content(cloud: Cloud, creation: Mapping[str, Any], location: str) -> DiskContent | None:
    """What is on the disk; None for nothing, an empty path for a platform image that has to be made first."""
    if creation["createOption"] == "Empty":
        return None
    if str(creation["createOption"]).startswith("Copy"):
        source = cloud.store.get(str(creation["sourceResourceId"]))
        return content_of(source) if source and source.internal.get("disk") else None
    gallery = (creation.get("galleryImageReference") or {}).get("id")
    if gallery:
        return source_content(cloud, str(gallery))
    named = _marketplace(str((creation.get("imageReference") or {}).get("id") or ""))
    if named is None:
        message = "Required parameter 'imageReference' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, target="creationData")
    vm_image.resolve(cloud, named, location=location)
    return DiskContent(path="", digest="", size_bytes=30 * BYTES_IN_GIB)


def _marketplace(image_id: str) -> dict[str, str] | None:
    """`/Subscriptions/…/Publishers/P/ArtifactTypes/VMImage/Offers/O/Skus/S/Versions/V` as its four parts."""
    parts = image_id.strip("/").split("/")
    values = dict(zip((part.lower() for part in parts[0::2]), parts[1::2], strict=False))
    named = {part: values.get(f"{part}s") for part in ("publisher", "offer", "sku", "version")}
    return {part: value for part, value in named.items() if value} if all(named.values()) else None


def _least_gib(cloud: Cloud, creation: Mapping[str, Any], content: DiskContent | None) -> int:
    """What the source takes; 0 for none."""
    source = cloud.store.get(str(creation.get("sourceResourceId") or "/"))
    size_gib = int(source.body["properties"].get("diskSizeGB") or 0) if source else 0
    return max(size_gib, content.size_gib if content else 0)


def _size_gib(given: Mapping[str, Any], least: int) -> int:
    size_gib = int(given.get("diskSizeGB") or least)
    if not size_gib:
        message = "Required parameter 'disk.diskSizeGB' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, target="disk.diskSizeGB")
    if size_gib < least:
        message = (
            f"The specified disk size {size_gib} GB is smaller than the size of the corresponding disk in the "
            f"image or source: {least} GB."
        )
        raise ArmError(400, "InvalidParameter", message, target="disk.diskSizeGB")
    _check_size(size_gib)
    return size_gib


def _check_size(size_gib: int) -> None:
    if not 0 < size_gib <= _LARGEST_GIB:
        message = f"Value '{size_gib}' of disk.diskSizeGB is not valid: it lies between 1 and {_LARGEST_GIB}."
        raise ArmError(400, "InvalidParameter", message, target="disk.diskSizeGB")


def _properties(
    cloud: Cloud,
    given: Mapping[str, Any],
    creation: Mapping[str, Any],
    size_gib: int,
    content: DiskContent | None,
) -> dict[str, Any]:
    from_image = {"osType": "Linux", "hyperVGeneration": "V2"} if content else {}
    named = {name: given[name] for name in ("osType", "hyperVGeneration", "supportedCapabilities") if given.get(name)}
    return {
        **from_image,
        **named,
        "creationData": dict(creation),
        "diskSizeGB": size_gib,
        "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
        "networkAccessPolicy": given.get("networkAccessPolicy") or "AllowAll",
        "publicNetworkAccess": given.get("publicNetworkAccess") or "Enabled",
        "timeCreated": timestamp(cloud.clock.now()),
        "provisioningState": "Updating",
        "diskState": "Unattached",
        "diskSizeBytes": size_gib * BYTES_IN_GIB,
        "uniqueId": str(uuid.uuid4()),
    }


def _sku(body: Mapping[str, Any]) -> dict[str, str]:
    name = str((body.get("sku") or {}).get("name") or "Standard_LRS")
    return {"name": name, "tier": "Premium" if name.startswith("Premium") else "Standard"}


def _performance(account_type: str, size_gib: int) -> dict[str, Any]:
    if not account_type.startswith("Premium"):
        return {"diskIOPSReadWrite": 500, "diskMBpsReadWrite": 60}
    tier = next(row for row in _PREMIUM if size_gib <= row[0])
    return {"diskIOPSReadWrite": tier[2], "diskMBpsReadWrite": tier[3], "tier": tier[1]}
