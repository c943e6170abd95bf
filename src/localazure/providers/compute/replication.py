"""Replication of an image version: region after region, each taking a settable time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.resource_id import ResourceId
from localazure.clock import sleep_until
from localazure.cloud import Cloud
from localazure.control.fault import Call
from localazure.long_running import Canceled
from localazure.providers.compute.documents import put_internal
from localazure.providers.compute.regions import display_name
from localazure.store import Document

Summary = list[dict[str, Any]]
_CREATION = "GalleryImageVersions_CreateOrUpdate"
_NOT_REPLICATED = "Replication to this region failed."


def started(regions: list[str], known: Summary | None = None) -> Summary:
    """A summary in which the new regions, and those that failed, replicate and the others keep their state."""
    before = {normalized(str(entry["region"])): entry for entry in known or () if entry["state"] != "Failed"}
    return [before.get(normalized(region)) or _entry(region, "Replicating", 0) for region in regions]


def replicate(cloud: Cloud, version_id: ResourceId, *, began: datetime, seconds_per_region: float) -> None:
    """Bring every region that still replicates to its end, one after the other; the first one replicates since `began`.

    Raises:
        ArmError: some region was not reached; the others were.
        Canceled: the cloud ends meanwhile.
    """
    due = began
    while True:
        version = cloud.store.get(version_id)
        if version is None:
            return None
        pending = [str(entry["region"]) for entry in _summary(version) if entry["state"] == "Replicating"]
        if not pending:
            return _refuse_if_failed(version)
        due += timedelta(seconds=seconds_per_region)
        if sleep_until(cloud.clock, due, cloud.long_running.closing):
            raise Canceled
        _end(cloud, version_id, pending[0])


def status(version: Document) -> dict[str, Any]:
    """`properties.replicationStatus`, as `$expand=ReplicationStatus` shows it."""
    summary = _summary(version)
    states = {entry["state"] for entry in summary}
    failed = version.body["properties"].get("provisioningState") == "Failed"
    aggregated = "InProgress"
    if failed or ("Failed" in states and "Replicating" not in states):
        aggregated = "Failed"
    elif states <= {"Completed"}:
        aggregated = "Completed"
    return {"aggregatedState": aggregated, "summary": summary}


def is_replicated(version: Document, region: str) -> bool:
    """Whether machines in that region can be made from the version."""
    return any(
        normalized(str(entry["region"])) == normalized(region) and entry["state"] == "Completed"
        for entry in _summary(version)
    )


def _end(cloud: Cloud, version_id: ResourceId, region: str) -> None:
    call = Call(method="PUT", path=version_id.text, operation=_CREATION)
    fails = cloud.faults.due(call, "inside", kind="replication-failed", region=region) is not None
    with cloud.store.transaction():
        current = cloud.store.get(version_id)
        if current is not None:
            done = [_ended(entry, fails=fails) if entry["region"] == region else entry for entry in _summary(current)]
            put_internal(cloud, version_id, replication=done)


def _refuse_if_failed(version: Document) -> None:
    failed = [str(entry["region"]) for entry in _summary(version) if entry["state"] == "Failed"]
    if failed:
        message = f"Replication of the gallery image version '{version.id}' failed in: {', '.join(failed)}."
        raise ArmError(409, "ReplicationFailed", message)


def _summary(version: Document) -> Summary:
    return list(version.internal.get("replication", ()))


def _entry(region: str, state: str, progress: int) -> dict[str, Any]:
    return {"region": display_name(region), "state": state, "details": "", "progress": progress}


def _ended(entry: dict[str, Any], *, fails: bool) -> dict[str, Any]:
    if fails:
        return {**entry, "state": "Failed", "details": _NOT_REPLICATED}
    return {**entry, "state": "Completed", "progress": 100}
