"""Marks gallery and image definition for the guard: where their records are, and since when they are guarded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from imagegate.errors import InputError
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import API_VERSIONS, get_resource
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId
from imagegate.model.guard_marks import GUARDED_SINCE_TAG, RECORDS_TAG, GuardMarks


def mark_guarded(cloud: Cloud, outputs: Mapping[str, Any], *, now: datetime) -> None:
    """Mark both where they are not marked yet; twice changes nothing.

    Raises:
        InputError: one of them belongs to other records.
    """
    records = str(outputs.get("recordsContainerUrl") or "")
    for name in ("galleryId", "galleryImageId") if records else ():
        _mark(cloud, ResourceId.parse(str(outputs[name])), records, now)


def _mark(cloud: Cloud, resource_id: ResourceId, records: str, now: datetime) -> None:
    tags = dict((get_resource(cloud, resource_id) or {}).get("tags") or {})
    marks = GuardMarks.from_tags(tags)
    if marks.records and marks.records.lower() != records.rstrip("/").lower():
        raise InputError.of(
            f"{resource_id.name} keeps its records in {marks.records}, and not in {records}",
            path=RECORDS_TAG,
            hint=f"Two sets of records cannot guard one gallery. Remove the tag {RECORDS_TAG} from it to move it here.",
        )
    if marks.records and marks.since is not None:
        return
    wanted = {**tags, RECORDS_TAG: records, GUARDED_SINCE_TAG: f"{marks.since or now:%Y-%m-%dT%H:%M:%SZ}"}
    with told_as(f"marking {resource_id.name} for the guard"):
        version = API_VERSIONS["microsoft.compute/galleries"]
        cloud.send("PATCH", resource_id.text, api_version=version, body={"tags": wanted})
