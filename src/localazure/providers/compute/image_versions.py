"""Image versions: made from a source, replicated region by region, published or kept out of `latest`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.compute import publishing, replication, soft_deletion, version_links, version_numbers
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import (
    location_of,
    object_body,
    properties_of,
    put_internal,
    require,
    require_parent,
    resource,
    set_provisioning_state,
)
from localazure.providers.compute.image_definitions import PATH as DEFINITION_PATH
from localazure.providers.compute.sources import DiskContent, source_content, vhd_content
from localazure.store import Document

TYPE = "Microsoft.Compute/galleries/images/versions"
LIST = f"{DEFINITION_PATH}/versions"
PATH = f"{LIST}/{{galleryImageVersionName}}"
_BUSY = ("Creating", "Updating", "Deleting")


class ImageVersions:
    """The operations on image versions."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create from a source, or change regions, replicas and flags of a version that is there."""
        version_id, body = request.resource_id, object_body(request)
        version_links.authorize(self._cloud, request, properties_of(body).get("storageProfile"))
        require_parent(self._cloud, version_id)
        known = self._cloud.store.get(version_id)
        if known is not None:
            return self._replace(request, body, known)
        if properties_of(body).get("restore") is True:
            return self._restore(request)
        soft_deletion.refuse_its_number(self._cloud, version_id)
        return self._create(request, body)

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change what the body names; the rest of the publishing profile stays."""
        body = object_body(request)
        version_links.authorize(self._cloud, request, properties_of(body).get("storageProfile"))
        known, given = require(self._cloud, request.resource_id), properties_of(body).get("publishingProfile") or {}
        profile = publishing.patched(_profile(known), given, location=str(known.body["location"]))
        return self._change(request, body, known, profile)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One version; `$expand=ReplicationStatus` adds how far each region is."""
        known = require(self._cloud, request.resource_id)
        if "replicationstatus" in request.query.get("$expand", "").lower():
            known.body["properties"]["replicationStatus"] = replication.status(known)
        return ArmResponse(body=known.body)

    def list_by_definition(self, request: ArmRequest) -> ArmResponse:
        """The versions of a definition."""
        definition = require(self._cloud, request.target_id)
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(definition.id, TYPE)]})

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a version; machines made from it stay. 204 when there is none.

        Where the gallery says so the first deletion is a soft one, and a second one is for good.
        """
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return self._delete_for_good(request)
        _refuse_while_protected(known, timestamp(self._cloud.clock.now()))
        set_provisioning_state(self._cloud, known.id, "Deleting")

        def removed() -> None:
            if soft_deletion.is_wanted(self._cloud, request):
                soft_deletion.keep(self._cloud, known)
            else:
                self._cloud.store.delete(known.id)

        return self._accept_deletion(request, known, removed)

    def _delete_for_good(self, request: ArmRequest) -> ArmResponse:
        kept = soft_deletion.find(self._cloud, request.resource_id)
        if kept is None:
            return ArmResponse(status=204)

        def removed() -> None:
            self._cloud.store.delete(kept.id)

        return self._accept_deletion(request, kept, removed)

    def _accept_deletion(self, request: ArmRequest, known: Document, work: Callable[[], None]) -> ArmResponse:
        location = str(known.body["location"])
        return accept(self._cloud, request, work, location=location, status=202, kind="capsOperations", monitor=True)

    def _restore(self, request: ArmRequest) -> ArmResponse:
        known = soft_deletion.restore(self._cloud, request)
        began = self._cloud.clock.now()
        return self._accept(request, known.body, lambda: self._replicate(known.id, began), status=200)

    def _create(self, request: ArmRequest, body: dict[str, Any]) -> ArmResponse:
        version_id, location = request.resource_id, location_of(body)
        if version_numbers.parsed(version_id.name) is None:
            message = (
                f"The gallery image version name '{version_id.name}' is invalid. "
                "The allowed format is <MajorVersion>.<MinorVersion>.<Patch>, each a 32-bit integer."
            )
            raise ArmError(400, "InvalidParameter", message, target="galleryImageVersionName")
        given = properties_of(body)
        storage = given.get("storageProfile") or {}
        content = _content(self._cloud, storage)
        began = self._cloud.clock.now()
        published = timestamp(began).replace("Z", "+00:00")
        profile = publishing.created(given.get("publishingProfile") or {}, location=location, published=published)
        document = resource(
            version_id,
            location=location,
            tags=body.get("tags"),
            properties={
                "publishingProfile": profile,
                "storageProfile": _storage(storage),
                "safetyProfile": _safety(given.get("safetyProfile") or {}),
                "provisioningState": "Creating",
            },
        )
        internal = {**content.internal(), "replication": replication.started(publishing.regions(profile))}
        self._cloud.store.put(version_id, document, internal=internal)
        return self._accept(request, document, lambda: self._publish(version_id, content, began), status=201)

    def _replace(self, request: ArmRequest, body: dict[str, Any], known: Document) -> ArmResponse:
        given = properties_of(body).get("publishingProfile") or {}
        profile = publishing.replaced(_profile(known), given, location=str(known.body["location"]))
        return self._change(request, body, known, profile)

    def _change(
        self, request: ArmRequest, body: dict[str, Any], known: Document, profile: dict[str, Any]
    ) -> ArmResponse:
        _refuse_while_busy(known)
        document, given = known.body, properties_of(body)
        document["properties"]["publishingProfile"] = profile
        if given.get("safetyProfile"):
            document["properties"]["safetyProfile"].update(_safety(given["safetyProfile"]))
        document["properties"]["provisioningState"] = "Updating"
        if "tags" in body:
            document["tags"] = body["tags"] or {}
        summary = replication.started(publishing.regions(profile), known.internal.get("replication"))
        self._cloud.store.put(known.id, document, internal={**known.internal, "replication": summary})
        began = self._cloud.clock.now()
        return self._accept(request, document, lambda: self._replicate(known.id, began), status=200)

    def _accept(
        self, request: ArmRequest, document: dict[str, Any], work: Callable[[], None], *, status: int
    ) -> ArmResponse:
        location = str(document["location"])
        return accept(
            self._cloud, request, work, location=location, status=status, body=document, kind="capsOperations"
        )

    def _publish(self, version_id: ResourceId, content: DiskContent, began: datetime) -> None:
        def add_disk(body: dict[str, Any]) -> None:
            storage = body["properties"]["storageProfile"]
            given = storage.get("osDiskImage") or {}
            storage["osDiskImage"] = {
                "sizeInGB": content.size_gib,
                "hostCaching": given.get("hostCaching", "ReadWrite"),
                "source": given.get("source") or {},
            }

        self._cloud.store.update(version_id, add_disk)
        self._replicate(version_id, began)

    def _replicate(self, version_id: ResourceId, began: datetime) -> None:
        seconds = self._cloud.settings.current.replication_s_per_region
        try:
            replication.replicate(self._cloud, version_id, began=began, seconds_per_region=seconds)
        except ArmError:
            set_provisioning_state(self._cloud, version_id, "Failed")
            raise
        set_provisioning_state(self._cloud, version_id, "Succeeded")


def operations(cloud: Cloud) -> list[Operation]:
    """GalleryImageVersions_* of the published specification."""
    versions = ImageVersions(cloud)
    read, write = f"{TYPE}/read", f"{TYPE}/write"
    rows = (
        ("CreateOrUpdate", "PUT", PATH, write, versions.put),
        ("Update", "PATCH", PATH, write, versions.patch),
        ("Get", "GET", PATH, read, versions.get),
        ("Delete", "DELETE", PATH, f"{TYPE}/delete", versions.delete),
        ("ListByGalleryImage", "GET", LIST, read, versions.list_by_definition),
    )
    return [
        Operation(operation_id=f"GalleryImageVersions_{name}", method=method, path=path, action=action, handler=handler)
        for name, method, path, action, handler in rows
    ]


def fail_what_a_restart_cut_off(cloud: Cloud) -> None:
    """Versions that were being made end Failed; those being changed go back to Succeeded with what is replicated."""
    for version in cloud.store.of_type(TYPE):
        state = version.body["properties"].get("provisioningState")
        if state in ("Updating", "Deleting"):
            done = [{**entry, "state": "Completed", "progress": 100} for entry in version.internal["replication"]]
            put_internal(cloud, version.id, replication=done)
            set_provisioning_state(cloud, version.id, "Succeeded")
        elif state == "Creating":
            set_provisioning_state(cloud, version.id, "Failed")


def _profile(known: Document) -> dict[str, Any]:
    return dict(known.body["properties"]["publishingProfile"])


def _content(cloud: Cloud, storage: dict[str, Any]) -> DiskContent:
    """The disk behind the one source that a new version needs: a resource, or a VHD in a storage account."""
    source = storage.get("source") or (storage.get("osDiskImage") or {}).get("source") or {}
    if isinstance(source.get("uri"), str):
        return vhd_content(cloud, source["uri"])
    found = source.get("id") or source.get("virtualMachineId")
    if not isinstance(found, str):
        target = "galleryImageVersion.properties.storageProfile"
        message = f"Required parameter '{target}.source' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, target=target)
    return source_content(cloud, found)


def _storage(given: dict[str, Any]) -> dict[str, Any]:
    source = given.get("source")
    return {"source": source} if source else {"osDiskImage": given.get("osDiskImage")}


def _safety(given: dict[str, Any]) -> dict[str, Any]:
    allowed = bool(given.get("allowDeletionOfReplicatedLocations", False))
    safety = {"reportedForPolicyViolation": False, "allowDeletionOfReplicatedLocations": allowed}
    if "blockDeletionBeforeEndOfLife" in given:
        safety["blockDeletionBeforeEndOfLife"] = bool(given["blockDeletionBeforeEndOfLife"])
    return safety


def _refuse_while_busy(known: Document) -> None:
    state = known.body["properties"].get("provisioningState")
    if state in _BUSY:
        raise ArmError(
            409,
            "Conflict",
            f"The gallery image version '{known.id}' is in provisioning state '{state}'. "
            "Another operation is in progress; try again when it has ended.",
        )


def _refuse_while_protected(known: Document, now: str) -> None:
    properties = known.body["properties"]
    ends = properties["publishingProfile"].get("endOfLifeDate")
    if properties["safetyProfile"].get("blockDeletionBeforeEndOfLife") and ends and str(ends) > now:
        message = f"The gallery image version '{known.id}' cannot be deleted before its end of life date '{ends}'."
        raise ArmError(409, "OperationNotAllowed", message)
