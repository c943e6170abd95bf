"""Taking and giving back the place of a smoke VM."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fake_blobs import FakeBlobs
from fake_wire import Answer, Seen, Wire, cloud_on
from imagegate.errors import NotAuthorised
from imagegate.steps.reserve_smoke_vm import release_smoke_vm, reserve_smoke_vm

PLACES = "/records/limits/smoke-vms.json"
JOB = {
    "records_container": "https://proofs.example/records",
    "at_once": 2,
    "per_day": 3,
    "holder": "smoke-1",
    "lifetime_s": 3600,
}


@pytest.fixture
def blobs(wire: Wire) -> FakeBlobs:
    """An account with the container."""
    return FakeBlobs(wire, "records")


def reserve(wire: Wire, holder: str = "smoke-1", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any part
    """Ask once."""
    return reserve_smoke_vm(cloud_on(wire), {**JOB, "holder": holder, **changes})


def release(wire: Wire, holder: str) -> None:
    """Give it back."""
    assert release_smoke_vm(cloud_on(wire), {**JOB, "holder": holder})["released"]


def test_limit_at_once(wire: Wire, blobs: FakeBlobs) -> None:
    """The third of two places is refused with its reason, until one is given back."""
    assert [reserve(wire, name)["granted"] for name in ("a", "b", "c")] == [True, True, False]
    assert reserve(wire, "c")["reason"] == "2 smoke VMs are running already (limit: IMAGEGATE_SMOKE_VMS_AT_ONCE)."

    release(wire, "a")

    assert reserve(wire, "c")["granted"]
    assert sorted(json.loads(blobs.blobs[PLACES])["held"]) == ["b", "c"]


def test_limit_a_day(wire: Wire, blobs: FakeBlobs) -> None:
    """What was given back still counts for its day."""
    for name in ("a", "b", "c"):
        assert reserve(wire, name)["granted"]
        release(wire, name)

    assert "3 smoke VMs were made today" in reserve(wire, "d")["reason"]
    assert json.loads(blobs.blobs[PLACES])["given"] == 3


def test_asked_again(wire: Wire, blobs: FakeBlobs) -> None:
    """A second delivery of the same question is one place, even where all are taken; so is giving back twice."""
    assert reserve(wire, "a", at_once=1)["granted"]
    assert reserve(wire, "a", at_once=1)["granted"]
    assert json.loads(blobs.blobs[PLACES])["given"] == 1

    release(wire, "a")
    release(wire, "a")


def test_two_at_once(wire: Wire, blobs: FakeBlobs) -> None:
    """Of two that read the same count the second reads it again, and finds the place taken."""
    write, quicker = blobs._put, [True]

    def overtaken(seen: Seen) -> Answer:
        if quicker.pop() if quicker else False:
            assert reserve(wire, "other", at_once=1)["granted"]
        return write(seen)

    wire.on("PUT", "/records/.+", overtaken)

    assert not reserve(wire, "a", at_once=1)["granted"]
    assert list(json.loads(blobs.blobs[PLACES])["held"]) == ["other"]


def test_many_at_once(wire: Wire, blobs: FakeBlobs) -> None:
    """However many ask at the same time, no more places are given than there are."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: reserve(wire, f"smoke-{number}"), range(8)))

    assert 1 <= sum(answer["granted"] for answer in answers) <= 2
    assert len(json.loads(blobs.blobs[PLACES])["held"]) == sum(answer["granted"] for answer in answers)


def test_as_many_as_the_settings_allow(wire: Wire, blobs: FakeBlobs) -> None:
    """A thousand places are read back whole."""
    held = {f"smoke-{number:012x}": "2099-01-01T00:00:00Z" for number in range(999)}
    document = {"schema": "imagegate.smoke-places.v1", "day": "", "given": 0, "held": held}
    blobs.write(PLACES, json.dumps(document, indent=2).encode())

    assert not reserve(wire, at_once=999, per_day=999_999)["granted"]


def test_count_that_may_not_be_kept(wire: Wire, blobs: FakeBlobs) -> None:
    """Without a count there is no place."""
    blobs.refusals["PUT", "records"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})

    with pytest.raises(NotAuthorised):
        reserve(wire)
