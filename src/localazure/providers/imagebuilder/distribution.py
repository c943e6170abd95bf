"""Distribution: each target written through Compute's own operations, as the template's identity.

Which rights the identity needs for that is documented (image builder permissions); which call needs which is assumed: a
version is read back, and a managed image that is there is deleted before it is made anew.

What comes out of a build lies as a VHD in the staging group's storage account, and stays there until the group goes: a
version goes on naming it as its source (recorded 2023-12-28). A managed image is made of a snapshot beside it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.arm.messages import ArmResponse, Principal
from localazure.arm.resource_id import ResourceId
from localazure.blobs.contents import put_blob
from localazure.blobs.links import blob_url
from localazure.cloud import Cloud
from localazure.engine_port import BuiltImage
from localazure.long_running import Canceled
from localazure.providers.imagebuilder import version_choice
from localazure.providers.imagebuilder.destinations import definition_id
from localazure.providers.imagebuilder.settings import ImageBuilderSettings
from localazure.providers.imagebuilder.staging import Staging

VERSION_TYPE = "Microsoft.Compute/galleries/images/versions"
_COMPUTE_API, _GALLERY_API = "2024-07-01", "2024-03-03"


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """What one target became: an id, or a blob's URL."""

    run_output: str
    artifact_id: str = ""
    artifact_uri: str = ""


@dataclass(frozen=True, kw_only=True)
class DistributionError:
    """Why one target could not be written."""

    run_output: str
    reason: str


class Distribution:
    """Writes the targets of one run."""

    def __init__(
        self,
        cloud: Cloud,
        settings: ImageBuilderSettings,
        *,
        identity: Principal,
        staging: Staging,
        stop: threading.Event,
        recipe: Mapping[str, Any],
    ) -> None:
        self._cloud = cloud
        self._settings = settings
        self._identity = identity
        self._staging = staging
        self._stop = stop
        self._recipe = recipe

    def write(
        self, targets: list[dict[str, Any]], image: BuiltImage, *, location: str, source_version: str
    ) -> tuple[list[Artifact], list[DistributionError]]:
        """Write every target; one that fails does not keep the others from being written."""
        written, failed = list[Artifact](), list[DistributionError]()
        for index, target in enumerate(targets):
            try:
                written.append(self._write_one(target, image, location=location, source_version=source_version))
            except _TargetRefused as refused:
                reason = f"[Distribute {index}] {refused}"
                failed.append(DistributionError(run_output=str(target["runOutputName"]), reason=reason))
        return written, failed

    def _snapshot(self, image: BuiltImage, *, location: str) -> ResourceId:
        name = f"snapshot-{uuid.uuid4().hex}"
        snapshot_id = ResourceId(f"{self._staging.group_id}/providers/Microsoft.Compute/snapshots/{name}")
        body = {
            "id": snapshot_id.text,
            "name": name,
            "type": snapshot_id.type,
            "location": location,
            "properties": {"provisioningState": "Succeeded", "osType": "Linux", "diskSizeBytes": image.size_bytes},
        }
        self._cloud.store.put(snapshot_id, body, internal=self._content(image))
        return snapshot_id

    def _content(self, image: BuiltImage) -> dict[str, Any]:
        """What Compute finds behind a source: the disk, and how a build would make it again."""
        return {
            "disk": str(image.disk),
            "content_digest": image.content_digest,
            "size_bytes": image.size_bytes,
            "recipe": dict(self._recipe),
        }

    def _write_one(
        self, target: Mapping[str, Any], image: BuiltImage, *, location: str, source_version: str
    ) -> Artifact:
        name = str(target["runOutputName"])
        if target["type"] == "SharedImage":
            return self._shared_image(target, image, source_version=source_version)
        if target["type"] == "ManagedImage":
            return self._managed_image(target, image, location=location)
        return Artifact(run_output=name, artifact_uri=self._put_vhd(image, f"{name}_{uuid.uuid4()}.vhd"))

    def _shared_image(self, target: Mapping[str, Any], image: BuiltImage, *, source_version: str) -> Artifact:
        version_id = self._version_id(target, source_version=source_version)
        definition = self._cloud.store.get(definition_id(target))
        if definition is None:
            message = f"The gallery image definition '{definition_id(target)}' was not found."
            raise _TargetRefused(message)
        uri = self._put_vhd(image, f"{uuid.uuid4()}.vhd")
        source = {"uri": uri, "storageAccountId": self._staging.account_id.text}
        body = {
            "location": definition.body["location"],
            "tags": dict(target.get("artifactTags") or {}),
            "properties": {
                "publishingProfile": _publishing_profile(target),
                "storageProfile": {"osDiskImage": {"hostCaching": "ReadWrite", "source": source}},
            },
        }
        what = "Error publishing MDI to Shared Image Gallery"
        self._call("PUT", version_id, api_version=_GALLERY_API, what=what, body=body)
        self._call("GET", version_id, api_version=_GALLERY_API, what=what)
        return Artifact(run_output=str(target["runOutputName"]), artifact_id=version_id.text)

    def _version_id(self, target: Mapping[str, Any], *, source_version: str) -> ResourceId:
        wanted, definition = ResourceId(target["galleryImageId"]), definition_id(target)
        if wanted != definition:
            return wanted
        existing = [version.id.name for version in self._cloud.store.under(definition, VERSION_TYPE)]
        number = version_choice.next_number(existing, target.get("versioning"), source_version=source_version)
        return ResourceId(f"{definition}/versions/{number}")

    def _managed_image(self, target: Mapping[str, Any], image: BuiltImage, *, location: str) -> Artifact:
        image_id, snapshot_id = ResourceId(target["imageId"]), self._snapshot(image, location=location)
        os_disk = {"osType": "Linux", "osState": "Generalized", "snapshot": {"id": snapshot_id.text}}
        body = {
            "location": target["location"],
            "tags": dict(target.get("artifactTags") or {}),
            "properties": {"storageProfile": {"osDisk": os_disk}, "hyperVGeneration": "V2"},
        }
        what = "Error creating Managed Image"
        try:
            if self._cloud.store.get(image_id) is not None:
                self._call("DELETE", image_id, api_version=_COMPUTE_API, what=what)
            self._call("PUT", image_id, api_version=_COMPUTE_API, what=what, body=body)
        finally:
            self._cloud.store.delete(snapshot_id)
        return Artifact(run_output=str(target["runOutputName"]), artifact_id=image_id.text)

    def _put_vhd(self, image: BuiltImage, name: str) -> str:
        """A blob whose content says where the disk lies, for no gigabytes are copied into the store; its URL."""
        content = f"The local cloud keeps no VHD bytes. Disk: {image.content_digest}\n".encode()
        put_blob(self._cloud, self._staging.account, "vhds", name, content, vhd=self._content(image))
        return blob_url(self._cloud, self._staging.account, "vhds", name)

    def _call(
        self, method: str, resource_id: ResourceId, *, api_version: str, what: str, body: dict[str, Any] | None = None
    ) -> None:
        response = self._cloud.call(
            method,
            resource_id,
            principal=self._identity,
            auxiliary=self._cloud.platform,  # the staging group is the service's own: no identity has rights there
            api_version=api_version,
            body=body,
        )
        if response.status >= 400:
            error = (response.body or {}).get("error", {})
            code, message = error.get("code"), error.get("message")
            raise _TargetRefused(f'{what}: StatusCode={response.status} -- Code="{code}" Message="{message}"')
        self._await(response, what)

    def _await(self, response: ArmResponse, what: str) -> None:
        while response.operation_id:
            record = self._cloud.long_running.record(response.operation_id) or {"status": "Failed"}
            if record["status"] == "Succeeded":
                return
            if record["status"] != "InProgress":
                error = record.get("error") or {}
                raise _TargetRefused(f'{what}: Code="{error.get("code")}" Message="{error.get("message")}"')
            if self._cloud.clock.sleep(self._settings.distribution_poll_s, until=self._stop):
                raise Canceled


class _TargetRefused(Exception):  # noqa: N818 - what happened to the target
    """Compute did not take a target."""


def _publishing_profile(target: Mapping[str, Any]) -> dict[str, Any]:
    old_regions = [{"name": name} for name in target.get("replicationRegions") or ()]
    regions = [
        {
            "name": region["name"],
            "regionalReplicaCount": region.get("replicaCount", 1),
            "storageAccountType": region.get("storageAccountType", "Standard_LRS"),
        }
        for region in target.get("targetRegions") or ()
    ]
    profile: dict[str, Any] = {
        "targetRegions": regions or old_regions,
        "excludeFromLatest": bool(target.get("excludeFromLatest", False)),
    }
    for name in ("storageAccountType", "replicationMode"):
        if target.get(name):
            profile[name] = target[name]
    return profile
