"""Leases: one client at a time may write or delete a blob.

Source: learn.microsoft.com, "Lease Blob" and the outcomes of its attempts by state of the lease.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from localazure.cloud import Cloud
from localazure.http.blob_service import access
from localazure.http.blob_service.access import Right
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, Caller
from localazure.http.blob_service.numbers import number
from localazure.http.blob_service.service_calls import Handler
from localazure.store import Blob

if TYPE_CHECKING:
    from localazure.http.blob_service.shelf import Shelf

_SHORTEST_S, _LONGEST_S = 15, 60


def state(blob: Blob, now: datetime) -> str:
    """`available`, `leased`, `expired`, `breaking` or `broken`."""
    lease = blob.properties.get("lease")
    if not lease:
        return "available"
    until = datetime.fromisoformat(lease["until"]) if lease["until"] else None
    if until is not None and now >= until:
        return "broken" if lease["breaking"] else "expired"
    return "breaking" if lease["breaking"] else "leased"


def headers(blob: Blob, now: datetime) -> dict[str, str]:
    """What a read tells of a blob's lease."""
    found = state(blob, now)
    locked = found in {"leased", "breaking"}
    told = {"x-ms-lease-status": "locked" if locked else "unlocked", "x-ms-lease-state": found}
    if found == "leased":
        told["x-ms-lease-duration"] = "fixed" if blob.properties["lease"]["until"] else "infinite"
    return told


def check(call: BlobCall, blob: Blob | None, now: datetime) -> None:
    """Raise 412 for a write that does not hold the blob's lease, or names one that there is not."""
    if blob is None:
        return
    given, locked = call.headers.get("x-ms-lease-id"), state(blob, now) in {"leased", "breaking"}
    if locked and given is None:
        message = "There is currently a lease on the blob and no lease ID was specified in the request."
        raise BlobError(412, "LeaseIdMissing", message)
    if given is not None and not locked:
        raise BlobError(412, "LeaseNotPresentWithBlobOperation", "There is currently no lease on the blob.")
    if given is not None and given.lower() != blob.properties["lease"]["id"].lower():
        message = "The lease ID specified did not match the lease ID for the blob."
        raise BlobError(412, "LeaseIdMismatchWithBlobOperation", message)


class LeaseCalls:
    """Acquire, renew, change, release, break."""

    def __init__(self, cloud: Cloud, shelf: Shelf) -> None:
        self._cloud = cloud
        self._shelf = shelf

    def table(self) -> dict[tuple[str, str], tuple[Right, Handler]]:
        """Method and component, to right and handler."""
        return {("PUT", "/lease"): (access.WRITE, self._act)}

    def _act(self, call: BlobCall, _: Caller) -> BlobAnswer:
        actions = {
            "acquire": self._acquire,
            "renew": self._renew,
            "change": self._change,
            "release": self._release,
            "break": self._break,
        }
        action = actions.get(call.headers.get("x-ms-lease-action", "").lower())
        if action is None:
            raise BlobError(400, "InvalidHeaderValue", "x-ms-lease-action is no action of a lease.")
        with self._cloud.store.transaction():
            blob = self._shelf.found(call)
            status, lease, told = action(call, blob)
            made = self._shelf.kept(blob, lease=lease)
        version = {"ETag": str(made.properties["etag"]), "Last-Modified": str(made.properties["last_modified"])}
        return BlobAnswer(status=status, headers=version | told)

    def _acquire(self, call: BlobCall, blob: Blob) -> tuple[int, dict[str, Any], dict[str, str]]:
        wanted = call.headers.get("x-ms-proposed-lease-id") or str(uuid.uuid4())
        found = state(blob, self._cloud.clock.now())
        if found == "breaking" or (found == "leased" and blob.properties["lease"]["id"].lower() != wanted.lower()):
            raise BlobError(409, "LeaseAlreadyPresent", "There is already a lease present.")
        duration_s = int(call.headers.get("x-ms-lease-duration", "-1"))
        if duration_s != -1 and not _SHORTEST_S <= duration_s <= _LONGEST_S:
            raise BlobError(400, "InvalidHeaderValue", "A lease lasts 15 to 60 seconds, or for ever (-1).")
        return 201, self._lasting(wanted, duration_s), {"x-ms-lease-id": wanted}

    def _renew(self, call: BlobCall, blob: Blob) -> tuple[int, dict[str, Any], dict[str, str]]:
        lease = self._held(call, blob)
        if state(blob, self._cloud.clock.now()) in {"breaking", "broken"}:
            message = "The lease ID matched, but the lease has been broken explicitly and cannot be renewed."
            raise BlobError(409, "LeaseIsBrokenAndCannotBeRenewed", message)
        return 200, self._lasting(lease["id"], lease["duration_s"]), {"x-ms-lease-id": lease["id"]}

    def _change(self, call: BlobCall, blob: Blob) -> tuple[int, dict[str, Any], dict[str, str]]:
        wanted = call.headers.get("x-ms-proposed-lease-id", "")
        lease = blob.properties.get("lease") or {}
        if str(lease.get("id", "")).lower() != wanted.lower():
            lease = self._held(call, blob)
        if state(blob, self._cloud.clock.now()) != "leased":
            message = "The lease ID matched, but the lease is not held and cannot be changed."
            raise BlobError(409, "LeaseNotPresentWithLeaseOperation", message)
        return 200, {**lease, "id": wanted}, {"x-ms-lease-id": wanted}

    def _release(self, call: BlobCall, blob: Blob) -> tuple[int, dict[str, Any], dict[str, str]]:
        self._held(call, blob)
        return 200, {}, {}

    def _break(self, call: BlobCall, blob: Blob) -> tuple[int, dict[str, Any], dict[str, str]]:
        now = self._cloud.clock.now()
        if state(blob, now) == "available":
            raise _not_present()
        lease = blob.properties["lease"]
        left_s = int((datetime.fromisoformat(lease["until"]) - now).total_seconds()) if lease["until"] else 0
        given = call.headers.get("x-ms-lease-break-period")
        period_s = max(left_s, 0) if given is None else number(given, "x-ms-lease-break-period")
        if lease["until"]:
            period_s = min(period_s, max(left_s, 0))
        until = (now + timedelta(seconds=period_s)).isoformat()
        return 202, {**lease, "until": until, "breaking": True}, {"x-ms-lease-time": str(period_s)}

    def _lasting(self, lease_id: str, duration_s: int) -> dict[str, Any]:
        until = None if duration_s == -1 else self._cloud.clock.now() + timedelta(seconds=duration_s)
        kept = until.isoformat() if until else None
        return {"id": lease_id, "duration_s": duration_s, "until": kept, "breaking": False}

    def _held(self, call: BlobCall, blob: Blob) -> dict[str, Any]:
        lease = blob.properties.get("lease")
        if not lease:
            raise _not_present()
        if call.headers.get("x-ms-lease-id", "").lower() != lease["id"].lower():
            message = "The lease ID specified did not match the lease ID for the blob."
            raise BlobError(409, "LeaseIdMismatchWithLeaseOperation", message)
        return dict(lease)


def _not_present() -> BlobError:
    return BlobError(409, "LeaseNotPresentWithLeaseOperation", "There is currently no lease on the blob.")
