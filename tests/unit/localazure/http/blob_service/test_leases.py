"""Leases as time passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localazure.arm.resource_id import ResourceId
from localazure.blobs.accounts import Account
from localazure.http.blob_service import leases
from localazure.http.blob_service.exchange import BlobCall, BlobError
from localazure.store import Blob

NOW = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
ACCOUNT = Account(id=ResourceId("/a"), name="a", keys=(), allows_public_access=False, allows_shared_key=True)


def blob(lease: dict[str, Any] | None) -> Blob:
    """A blob under a lease."""
    return Blob(account="a", container="c", name="b", properties={"lease": lease}, content=b"")


def lease(*, seconds: int | None = None, breaking: bool = False) -> dict[str, Any]:
    """A lease that ends so many seconds from now; None: never."""
    until = None if seconds is None else (NOW + timedelta(seconds=seconds)).isoformat()
    return {"id": "mine", "duration_s": 15, "until": until, "breaking": breaking}


def call(lease_id: str | None) -> BlobCall:
    """A write that names a lease, or none."""
    headers = {"x-ms-lease-id": lease_id} if lease_id else {}
    return BlobCall(
        method="PUT", account=ACCOUNT, container="c", blob="b", query={}, headers=headers, body=b"", raw_path="/a/c/b"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "available"),
        (lease(), "leased"),
        (lease(seconds=1), "leased"),
        (lease(seconds=0), "expired"),
        (lease(seconds=1, breaking=True), "breaking"),
        (lease(seconds=0, breaking=True), "broken"),
    ],
)
def test_the_state_follows_the_clock(given: dict[str, Any] | None, expected: str) -> None:
    """A lease runs out, and one that was broken ends with its break period."""
    assert leases.state(blob(given), NOW) == expected


@pytest.mark.parametrize(
    ("given", "named", "code"),
    [
        (lease(), None, "LeaseIdMissing"),
        (lease(), "other", "LeaseIdMismatchWithBlobOperation"),
        (None, "mine", "LeaseNotPresentWithBlobOperation"),
        (lease(seconds=-1), "mine", "LeaseNotPresentWithBlobOperation"),
    ],
)
def test_a_write_without_the_lease_is_refused(given: dict[str, Any] | None, named: str | None, code: str) -> None:
    """412, with the code that says which way the lease is not held."""
    with pytest.raises(BlobError) as refused:
        leases.check(call(named), blob(given), NOW)

    assert (refused.value.status, refused.value.code) == (412, code)


@pytest.mark.parametrize(("given", "named"), [(lease(), "MINE"), (None, None), (lease(seconds=-1), None)])
def test_a_write_passes(given: dict[str, Any] | None, named: str | None) -> None:
    """Who holds the lease writes, whatever the case of its id; without a lease anyone does."""
    leases.check(call(named), blob(given), NOW)
