"""Counting calls, and refusing them once too many were made."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.control.fault import Call
from localazure.control.settings import CloudSettings, Settings
from localazure.http.throttling import Throttling

SUBSCRIPTION = "/subscriptions/s"


class _StandingClock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The time."""
        return self.moment

    def sleep(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Nobody waits here."""
        raise AssertionError(f"nothing waits here: {seconds} {until}")


class _Caller:
    """Counts calls of principals."""

    def __init__(self, **settings: float) -> None:
        self.clock = _StandingClock()
        self.settings = Settings(CloudSettings(**settings))  # type: ignore[arg-type] # whole numbers are given as such
        self._throttling = Throttling(self.clock, self.settings)

    def __call__(self, method: str, who: str = "p", *, path: str = SUBSCRIPTION, operation: str = "") -> dict[str, str]:
        """The headers of a call that was served."""
        call = Call(method=method, path=path, operation=operation)
        return self._throttling.count(call, Principal(object_id=who, tenant_id="t")).headers(200)


def _left(headers: dict[str, str], kind: str) -> int:
    return int(headers[f"x-ms-ratelimit-remaining-subscription-{kind}"])


def test_buckets_empty_and_fill_at_azures_pace() -> None:
    """250 reads, 25 a second; 200 writes, 10 a second; each principal and kind by itself."""
    call = _Caller()
    assert _left(call("GET"), "reads") == 249
    assert _left(call("PUT"), "writes") == 199
    assert _left(call("DELETE"), "deletes") == 199
    assert _left(call("GET", "other"), "reads") == 249
    for _ in range(249):
        headers = call("GET")
    assert _left(headers, "reads") == 0
    call.clock.moment += timedelta(seconds=2)
    assert _left(call("GET"), "reads") == 49


def test_an_empty_bucket_refuses_until_it_has_filled() -> None:
    """429 in Resource Manager's words, with the seconds after which the next call is served; early ones are not."""
    call = _Caller(writes_bucket=2, writes_per_s=0.5)
    call("PUT")
    call("POST")
    with pytest.raises(ArmError) as raised:
        call("PATCH")
    assert (raised.value.status, raised.value.code) == (429, "SubscriptionRequestsThrottled")
    assert "Number of 'write' requests for subscription 's' actor 'p' exceeded." in raised.value.message
    assert raised.value.headers["Retry-After"] == "2"
    assert raised.value.headers["x-ms-ratelimit-remaining-subscription-writes"] == "0"
    call.clock.moment += timedelta(seconds=1)
    with pytest.raises(ArmError):
        call("PUT")
    assert _left(call("GET"), "reads") == 249
    call.clock.moment += timedelta(seconds=1)
    assert _left(call("PUT"), "writes") == 0


def test_all_principals_share_fifteen_buckets() -> None:
    """Many principals together are refused as well, and the header of all tells what they have left."""
    call = _Caller(reads_bucket=2, reads_per_s=1)
    for number in range(14):
        call("GET", f"p{number}")
        headers = call("GET", f"p{number}")
    assert headers["x-ms-ratelimit-remaining-subscription-global-reads"] == "2"
    call("GET", "last")
    call("GET", "last")
    with pytest.raises(ArmError, match="SubscriptionRequestsThrottled"):
        call("GET", "one more")


def test_the_tenant_has_buckets_of_its_own() -> None:
    """Calls without a subscription are counted apart."""
    call = _Caller(reads_bucket=1, reads_per_s=1)
    call("GET")
    assert call("GET", path="/providers")["x-ms-ratelimit-remaining-tenant-reads"] == "0"
    with pytest.raises(ArmError, match="TenantRequestsThrottled"):
        call("GET", path="/providers")


def test_refusals_can_be_switched_off() -> None:
    """Then the headers count all the same."""
    call = _Caller(reads_bucket=1, throttling=False)
    call("GET")
    assert _left(call("GET"), "reads") == 0


def test_compute_tells_its_own_limits_as_recorded() -> None:
    """Two policies an operation, in one header; operations of one group count together."""
    call = _Caller()
    name = "x-ms-ratelimit-remaining-resource"
    assert call("PUT", operation="VirtualMachines_CreateOrUpdate")[name] == (
        "Microsoft.Compute/PutVM3Min;239,Microsoft.Compute/PutVM30Min;1199"
    )
    call("PUT", operation="GalleryImageVersions_CreateOrUpdate")
    assert call("PATCH", operation="GalleryImageVersions_Update")[name] == (
        "Microsoft.Compute/CreateUpdateGalleryImageVersion3Min;373,"
        "Microsoft.Compute/CreateUpdateGalleryImageVersion30Min;1198"
    )
    assert name not in call("GET", operation="VirtualNetworks_Get")


def test_computes_limits_refuse_until_their_window_is_over() -> None:
    """Twenty-four machines in three minutes are a tenth of Azure's limit; the next has to wait for the window's end."""
    call = _Caller(compute_requests_share=0.1)
    for _ in range(24):
        call("PUT", operation="VirtualMachines_CreateOrUpdate")
    call.clock.moment += timedelta(seconds=60)
    with pytest.raises(ArmError) as raised:
        call("PUT", operation="VirtualMachines_CreateOrUpdate")
    assert (raised.value.status, raised.value.code) == (429, "OperationNotAllowed")
    assert raised.value.details[0]["target"] == "PutVM3Min"
    assert '"allowedRequestCount":24,"measuredRequestCount":25' in raised.value.details[0]["message"]
    assert raised.value.headers["Retry-After"] == "120"
    call.clock.moment += timedelta(seconds=120)
    assert call("PUT", operation="VirtualMachines_CreateOrUpdate")


def test_refused_calls_tell_nothing_of_computes_limits() -> None:
    """The header comes with what the provider served (recorded)."""
    call = Call(method="GET", path=SUBSCRIPTION, operation="Galleries_Get")
    counted = Throttling(_StandingClock(), Settings()).count(call, Principal(object_id="p", tenant_id="t"))
    assert "x-ms-ratelimit-remaining-resource" in counted.headers(200)
    assert "x-ms-ratelimit-remaining-resource" not in counted.headers(404)
