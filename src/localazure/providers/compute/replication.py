"""Replication of an image version: region after region, each taking a settable time."""

from __future__ import annotations

from typing import Any

from localazure.arm.locations import normalized
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute.documents import put_internal
from localazure.providers.compute.regions import display_name
from localazure.store import Document

Summary = list[dict[str, Any]]


def started(regions: list[str], known: Summary | None = None) -> Summary:
    """A summary in which the new regions still replicate and the known ones keep their state."""
    before = {normalized(str(entry["region"])): entry for entry in known or ()}
    return [before.get(normalized(region)) or _entry(region, "Replicating", 0) for region in regions]


def replicate(cloud: Cloud, version_id: ResourceId, *, seconds_per_region: float) -> None:
    """Bring every region that still replicates to Completed, one after the other."""
    while True:
        version = cloud.store.get(version_id)
        if version is None:
            return
        pending = [entry["region"] for entry in _summary(version) if entry["state"] == "Replicating"]
        if not pending:
            return
        cloud.clock.sleep(seconds_per_region)
        with cloud.store.transaction():
            current = cloud.store.get(version_id)
            if current is not None:
                done = [_completed(entry) if entry["region"] == pending[0] else entry for entry in _summary(current)]
                put_internal(cloud, version_id, replication=done)


def status(version: Document) -> dict[str, Any]:
    """`properties.replicationStatus`, as `$expand=ReplicationStatus` shows it."""
    summary = _summary(version)
    done = all(entry["state"] == "Completed" for entry in summary)
    failed = version.body["properties"].get("provisioningState") == "Failed"
    aggregated = "Failed" if failed else "Completed" if done else "InProgress"
    return {"aggregatedState": aggregated, "summary": summary}


def is_replicated(version: Document, region: str) -> bool:
    """Whether machines in that region can be made from the version."""
    return any(
        normalized(str(entry["region"])) == normalized(region) and entry["state"] == "Completed"
        for entry in _summary(version)
    )


def _summary(version: Document) -> Summary:
    return list(version.internal.get("replication", ()))


def _entry(region: str, state: str, progress: int) -> dict[str, Any]:
    return {"region": display_name(region), "state": state, "details": "", "progress": progress}


def _completed(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "state": "Completed", "progress": 100}
