"""Soft deletion of image versions: kept for a while after their deletion where their gallery says so.

A version that was soft-deleted is not found under its id and never `latest`; machines can still be made from its exact
id until the retention is over, and it can be restored until the grace period is over, too (GallerySoftDeletedResource).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.compute.documents import require
from localazure.store import Document

TYPE = "Microsoft.Compute/galleries/softDeletedArtifactTypes/artifacts/versions"
DEFAULT_RETENTION_DAYS = 7
_GALLERY = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/galleries"
_LIST = f"{_GALLERY}/{{galleryName}}/softDeletedArtifactTypes/{{artifactType}}/artifacts/{{artifactName}}/versions"
_LONGEST_CONSUMPTION = "consumptionEndTime"
_HARD_DELETION = "hardDeletionTargetTime"


def is_wanted(cloud: Cloud, request: ArmRequest) -> bool:
    """Whether a deletion of a version is to be a soft one: the gallery's policy, unless the request goes past it."""
    if request.query.get("bypassSoftDelete", "").lower() == "true":
        return False
    gallery = cloud.store.get(_gallery_id(request.resource_id))
    return gallery is not None and _policy(gallery).get("isSoftDeleteEnabled") is True


def keep(cloud: Cloud, version: Document) -> None:
    """Move a version to those that can be restored."""
    gallery = cloud.store.get(_gallery_id(version.id))
    policy = _policy(gallery) if gallery else {}
    now = cloud.clock.now()
    consumable = now + timedelta(days=policy.get("retentionPeriodInDays") or DEFAULT_RETENTION_DAYS)
    gone = consumable + timedelta(days=policy.get("gracePeriodInDays") or 0)
    kept_id = _kept_id(version.id)
    body = {
        "properties": {
            "resourceArmId": version.id.text,
            "softDeletedArtifactType": "Images",
            "softDeletedTime": _offset(now),
            _LONGEST_CONSUMPTION: _offset(consumable),
            _HARD_DELETION: _offset(gone),
        },
        "location": version.body["location"],
        "name": version.id.name,
        "id": kept_id.text,
        "type": TYPE,
    }
    with cloud.store.transaction():
        internal = {**version.internal, "version": version.body}
        cloud.store.put(kept_id, body, internal=internal)
        cloud.store.delete(version.id)


def restore(cloud: Cloud, request: ArmRequest) -> Document:
    """Bring a version back as it was; 404 when there is none, 409 from another region than its own."""
    kept = find(cloud, request.resource_id)
    if kept is None:
        message = f"There is no soft-deleted gallery image version '{request.resource_id}' to restore."
        raise ArmError(404, "NotFound", message)
    location = str((request.body or {}).get("location", "")).replace(" ", "").lower()
    if location != kept.body["location"]:
        message = f"The gallery image version '{request.resource_id}' can only be restored in its own region."
        raise ArmError(409, "InvalidResourceLocation", message)
    version = kept.internal["version"]
    version["properties"]["provisioningState"] = "Updating"
    internal = {name: value for name, value in kept.internal.items() if name != "version"}
    with cloud.store.transaction():
        cloud.store.delete(kept.id)
        return cloud.store.put(kept.body["properties"]["resourceArmId"], version, internal=internal)


def find(cloud: Cloud, version_id: ResourceId) -> Document | None:
    """The soft-deleted version of that id, or None."""
    forget_expired(cloud, _gallery_id(version_id))
    return cloud.store.get(_kept_id(version_id))


def consumable(cloud: Cloud, version_id: ResourceId) -> Document | None:
    """A soft-deleted version that machines can still be made from, as it was."""
    kept = find(cloud, version_id)
    if kept is None or _is_over(cloud, kept, _LONGEST_CONSUMPTION):
        return None
    internal = {name: value for name, value in kept.internal.items() if name != "version"}
    return Document(id=version_id, body=kept.internal["version"], internal=internal)


def refuse_its_number(cloud: Cloud, version_id: ResourceId) -> None:
    """A number that a soft-deleted version has cannot be given again."""
    if find(cloud, version_id) is not None:
        raise ArmError(
            409,
            "Conflict",
            f"The gallery image version '{version_id}' is soft-deleted. Restore it, or delete it permanently, before "
            "a version of the same name is created.",
        )


def refuse_while_kept(cloud: Cloud, definition_id: ResourceId) -> None:
    """A definition cannot go while versions of it can be restored."""
    forget_expired(cloud, _gallery_id(definition_id))
    if cloud.store.under(_artifact_id(definition_id), TYPE):
        message = "Can not delete resource before nested resources are deleted."
        raise ArmError(409, "CannotDeleteResource", message)


def forget_expired(cloud: Cloud, gallery_id: ResourceId) -> None:
    """Delete for good what nobody restored in time."""
    for kept in cloud.store.under(gallery_id, TYPE):
        if _is_over(cloud, kept, _HARD_DELETION):
            cloud.store.delete(kept.id)


def operations(cloud: Cloud) -> list[Operation]:
    """SoftDeletedResource_* of the published specification."""

    def listed(request: ArmRequest) -> ArmResponse:
        parameters = request.parameters
        gallery = require(cloud, ResourceId("/".join(request.path.split("/")[:9])))
        forget_expired(cloud, gallery.id)
        if parameters["artifactType"].lower() != "images":
            message = f"The value '{parameters['artifactType']}' of parameter 'artifactType' is not allowed: Images."
            raise ArmError(400, "InvalidParameter", message, target="artifactType")
        artifact = f"{gallery.id}/softDeletedArtifactTypes/Images/artifacts/{parameters['artifactName']}"
        return ArmResponse(body={"value": [kept.body for kept in cloud.store.under(artifact)]})

    return [
        Operation(
            operation_id="SoftDeletedResource_ListByArtifactName",
            method="GET",
            path=_LIST,
            action="Microsoft.Compute/galleries/softDeletedArtifactTypes/artifacts/versions/read",
            handler=listed,
        )
    ]


def _gallery_id(inner: ResourceId) -> ResourceId:
    return ResourceId("/" + "/".join(inner.segments[:8]))


def _artifact_id(definition_id: ResourceId) -> ResourceId:
    gallery = _gallery_id(definition_id)
    return ResourceId(f"{gallery}/softDeletedArtifactTypes/Images/artifacts/{definition_id.segments[9]}")


def _kept_id(version_id: ResourceId) -> ResourceId:
    return ResourceId(f"{_artifact_id(version_id)}/versions/{version_id.name}")


def _policy(gallery: Document) -> dict[str, Any]:
    return dict(gallery.body["properties"].get("softDeletePolicy") or {})


def _is_over(cloud: Cloud, kept: Document, name: str) -> bool:
    return cloud.clock.now() >= datetime.fromisoformat(kept.body["properties"][name])


def _offset(moment: datetime) -> str:
    return timestamp(moment).replace("Z", "+00:00")
