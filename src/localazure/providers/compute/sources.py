"""Where an image version, managed image or machine takes its disk from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.resource_id import ResourceId
from localazure.blobs.contents import get_blob
from localazure.blobs.links import split_url
from localazure.cloud import Cloud
from localazure.store import Document

BYTES_IN_GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class DiskContent:
    """A disk file of the engine's. `path` "" stands for a resource that has a document and no disk behind it."""

    path: str
    digest: str
    size_bytes: int
    recipe: Mapping[str, Any] = field(default_factory=dict)  # what a build has to repeat to start from this image

    @property
    def size_gib(self) -> int:
        """The size as documents print it: whole GiB, rounded up."""
        return max(1, -(-self.size_bytes // BYTES_IN_GIB))

    def internal(self) -> dict[str, Any]:
        """As it is kept beside a resource's document."""
        return {
            "disk": self.path,
            "content_digest": self.digest,
            "size_bytes": self.size_bytes,
            "recipe": dict(self.recipe),
        }


def content_of(document: Document) -> DiskContent:
    """The disk content that a stored resource stands for."""
    return _content(document.internal)


def _content(inner: Mapping[str, Any]) -> DiskContent:
    return DiskContent(
        path=str(inner.get("disk", "")),
        digest=str(inner.get("content_digest", "")),
        size_bytes=int(inner.get("size_bytes", 0)),
        recipe=inner.get("recipe", {}),
    )


def source_content(cloud: Cloud, source_id: str) -> DiskContent:
    """The content behind any resource that can be a source: version, managed image, snapshot, disk, machine."""
    parsed = ResourceId(source_id)
    found = cloud.store.get(parsed)
    if found is None:
        raise resource_not_found(parsed)
    if parsed.type.lower() == "microsoft.compute/virtualmachines":
        os_disk = found.body["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]
        return source_content(cloud, os_disk)
    return required_content(found, source_id)


def vhd_content(cloud: Cloud, uri: str) -> DiskContent:
    """The content behind a VHD that Image Builder left in a storage account of this cloud."""
    place = split_url(cloud, uri)
    blob = get_blob(cloud, *place) if place else None
    if blob is None:
        raise ArmError(404, "NotFound", f"The blob '{uri}' was not found.")
    if "vhd" not in blob.properties:
        raise _no_disk(uri)
    return _content(blob.properties["vhd"])


def required_content(document: Document, source_id: str) -> DiskContent:
    """The disk content behind a resource; refused when there is only a document."""
    if not document.internal.get("disk"):
        raise _no_disk(source_id)
    return content_of(document)


def _no_disk(source: str) -> ArmError:
    return ArmError(
        400,
        "LocalCloudHasNoDisk",
        f"The local cloud has a document for '{source}' but no disk behind it, so nothing can be made from it. "
        "Only images that were built here can be a source.",
    )
