"""Takes a place among the smoke VMs that there may be, and gives it back."""

from datetime import UTC, datetime
from typing import Any

from imagegate.errors import ResourceConflict
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.records import Records

_ATTEMPTS = 5
"""Of a write that another verification's comes before."""

_OVERTAKEN = "Other verifications took the places first."


def reserve_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Ask once for a place; called again with the same holder it is one place.

    `job`: `records_container`, `at_once`, `per_day`, `holder` (name of the smoke VM), `lifetime_s`. The answer:
    `granted`, and the `reason` where it is not.
    """
    records = Records(Container(cloud, job["records_container"]))
    for _ in range(_ATTEMPTS):
        now, stored = datetime.now(UTC), records.find_places()
        places = stored.document.at(now)
        if job["holder"] in places.held:
            return {"granted": True, "reason": ""}
        if reason := places.why_full(at_once=job["at_once"], per_day=job["per_day"]):
            return {"granted": False, "reason": reason}
        try:
            taken = places.with_place(job["holder"], now=now, lifetime_s=job["lifetime_s"])
            records.write_places(taken, etag=stored.etag)
        except ResourceConflict:
            continue
        return {"granted": True, "reason": ""}
    return {"granted": False, "reason": _OVERTAKEN}


def release_smoke_vm(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Give the place back, if it is still held. `job`: `records_container`, `holder`. The answer: `released`."""
    records = Records(Container(cloud, job["records_container"]))
    for _ in range(_ATTEMPTS):
        stored = records.find_places()
        if job["holder"] not in stored.document.held:
            return {"released": True}
        try:
            records.write_places(stored.document.without(job["holder"]), etag=stored.etag)
        except ResourceConflict:
            continue
        return {"released": True}
    return {"released": False}
