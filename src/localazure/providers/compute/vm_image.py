"""A machine's image reference: resolved to an exact version and the disk behind it, or refused as Azure refuses it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.engine_port import BuildRequest, UnknownBase
from localazure.providers.compute import image_versions, platform_images, replication, soft_deletion, version_numbers
from localazure.providers.compute.image_definitions import TYPE as DEFINITION_TYPE
from localazure.providers.compute.image_definitions import security_type
from localazure.providers.compute.sources import DiskContent, required_content, source_content
from localazure.store import Document

MANAGED_IMAGE_TYPE = "Microsoft.Compute/images"


@dataclass(frozen=True, kw_only=True)
class VmImage:
    """What a machine is made from. `reference` is the image reference as the machine's document shows it."""

    reference: dict[str, Any]
    content: DiskContent | None  # None: a platform image, whose disk is made when the machine is
    generalized: bool
    generation: str
    architecture: str
    security_type: str
    os_type: str = "Linux"


def resolve(cloud: Cloud, reference: Mapping[str, Any], *, location: str) -> VmImage:
    """The image that a reference means: the id of a version, definition (latest) or managed image, or a URN."""
    if not reference.get("id"):
        return _platform(cloud, reference)
    image_id = ResourceId(str(reference["id"]))
    kind = image_id.type.lower()
    if kind == image_versions.TYPE.lower():
        return _version(cloud, image_id, location)
    if kind == DEFINITION_TYPE.lower():
        return _latest(cloud, image_id, location)
    if kind == MANAGED_IMAGE_TYPE.lower():
        return _managed(cloud, image_id, location)
    raise ArmError(
        400,
        "InvalidParameter",
        f"The value '{image_id}' of parameter 'imageReference.id' is invalid.",
        target="imageReference.id",
    )


def platform_disk(cloud: Cloud, reference: Mapping[str, Any]) -> DiskContent:
    """The disk of a platform image: a build without any customizer. Takes as long as making the base."""
    base = cloud.engine.resolve_base(**_marketplace_id(reference))
    request = BuildRequest(operation_id=str(uuid.uuid4()), base=base)
    built = cloud.engine.build(
        request, log=lambda _line: None, on_phase=lambda _phase: None, cancelled=threading.Event()
    )
    return DiskContent(path=str(built.disk), digest=built.content_digest, size_bytes=built.size_bytes)


def _platform(cloud: Cloud, reference: Mapping[str, Any]) -> VmImage:
    named = _marketplace_id(reference)
    try:
        base = cloud.engine.resolve_base(**named)
    except UnknownBase as unknown:
        urn = ":".join(named.values())
        raise ArmError(
            404,
            "PlatformImageNotFound",
            f"The platform image '{urn}' is not available. Verify that all fields in the storage profile are correct. "
            "For more details about storage profile information, please refer to https://aka.ms/storageprofile. "
            f"(The local cloud: {unknown})",
            target="imageReference",
        ) from unknown
    return VmImage(
        reference={**named, "exactVersion": base.version},
        content=None,
        generalized=True,
        generation=base.generation,
        architecture="x64",
        security_type=next((entry["value"] for entry in platform_images.features(base.generation)), "Standard"),
    )


def _version(cloud: Cloud, version_id: ResourceId, location: str) -> VmImage:
    found = cloud.store.get(version_id) or soft_deletion.consumable(cloud, version_id)
    if found is None or not replication.is_replicated(found, location):
        raise _not_available(version_id, location)
    return _from_version(cloud, found, {"id": version_id.text})


def _latest(cloud: Cloud, definition_id: ResourceId, location: str) -> VmImage:
    definition = cloud.store.get(definition_id)
    if definition is None:
        raise _not_available(definition_id, location)
    found = version_numbers.latest(cloud.store.under(definition_id, image_versions.TYPE), location)
    if found is None or not replication.is_replicated(found, location):
        raise _not_available(definition_id, location)
    return _from_version(cloud, found, {"id": definition_id.text, "exactVersion": found.id.name})


def _from_version(cloud: Cloud, version: Document, reference: dict[str, Any]) -> VmImage:
    definition = cloud.store.get(version.id.parent or version.id)
    properties = definition.body["properties"] if definition else {}
    return VmImage(
        reference=reference,
        content=required_content(version, version.id.text),
        generalized=properties.get("osState", "Generalized") == "Generalized",
        generation=str(properties.get("hyperVGeneration", "V1")),
        architecture=str(properties.get("architecture", "x64")),
        security_type=security_type(properties),
        os_type=str(properties.get("osType", "Linux")),
    )


def _managed(cloud: Cloud, image_id: ResourceId, location: str) -> VmImage:
    found = cloud.store.get(image_id)
    if found is None or normalized(str(found.body["location"])) != location:
        message = f"The image '{image_id}' was not found in region '{location}'."
        raise ArmError(404, "NotFound", message, target="imageReference")
    return VmImage(
        reference={"id": image_id.text},
        content=source_content(cloud, image_id.text),
        generalized=True,
        generation=str(found.body["properties"].get("hyperVGeneration", "V1")),
        architecture="x64",
        security_type="Standard",
    )


def _marketplace_id(reference: Mapping[str, Any]) -> dict[str, str]:
    named = {part: str(reference.get(part) or "") for part in ("publisher", "offer", "sku", "version")}
    for part, value in named.items():
        if not value:
            message = f"Required parameter 'imageReference.{part}' is missing (null)."
            raise ArmError(400, "InvalidParameter", message, target=f"imageReference.{part}")
    return named


def _not_available(image_id: ResourceId, location: str) -> ArmError:
    return ArmError(
        404,
        "GalleryImageNotFound",
        f"The gallery image {image_id} is not available in {location} region. "
        "Please contact image owner to replicate to this region, or change your requested region.",
        target="imageReference",
    )
