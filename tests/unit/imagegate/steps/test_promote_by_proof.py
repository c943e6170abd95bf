"""Towards latest, record first."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fake_wire import Answer, Seen, Wire
from gate_bench import PUBLISHED, STAMP, GateBench, version_body
from imagegate.errors import NotAuthorised
from imagegate.gateway.job_tokens import KEY_ID
from imagegate.steps.promote_by_proof import promote_by_proof
from job_issuer import CLAIMS, JobIssuer
from smoke_azure import VERSION_ID

RECORD = "/records/golden/web/1.2.3/20261120T100000Z.json"
POINTER = "/records/golden/web/promoted-last.json"


@pytest.fixture
def bench(wire: Wire) -> GateBench:
    """A version whose proof was checked."""
    return GateBench(wire, JobIssuer())


@pytest.fixture
def promote(bench: GateBench) -> Callable[..., dict[str, Any]]:
    """Call the step until it is done."""

    def run(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of the job
        job = {
            "image_version_id": VERSION_ID,
            "published_at": PUBLISHED,
            "verdict": "passed",
            "claims": CLAIMS,
            **changes,
        }
        for _ in range(5):
            answer = promote_by_proof(bench.cloud, bench.verifier, job)
            if answer["done"]:
                return answer
        return answer

    return run


def _record(bench: GateBench) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.blobs.blobs[RECORD])
    return found


def test_record_before_version(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """The record is written before the version is changed; at the end both say promoted; once more changes nothing."""
    standings: list[str] = []

    def patch(seen: Seen) -> Answer:
        standings.append(_record(bench)["standing"])
        return bench._patch(seen)

    bench.wire.on("PATCH", VERSION_ID, patch)

    assert promote() == {
        "done": True,
        "promoted": True,
        "reason": "",
        "latest": {"westeurope": "1.2.3"},
        "promotion": "Promoted: latest resolves to it.",
    }

    assert standings == ["promoting"]
    assert (bench.hidden, _record(bench)["standing"], _record(bench)["by"]) == (False, "promoted", "proof of origin")
    assert _record(bench)["claims"]["run_id"] == "4711"
    writes = len(bench.wire.calls("PUT", ".*")) + len(bench.wire.calls("PATCH", ".*"))
    assert promote()["promoted"]
    assert len(bench.wire.calls("PUT", ".*")) + len(bench.wire.calls("PATCH", ".*")) == writes


def test_a_higher_number_stays_latest(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """What latest resolves to is read back: a visible version with a higher number is named."""
    bench.others = [version_body(STAMP, number="1.10.0", hidden=False), version_body(STAMP, number="9.0.0")]

    ended = promote()

    assert (ended["promoted"], ended["latest"]) == (True, {"westeurope": "1.10.0"})
    assert ended["promotion"] == "Promoted, but latest resolves to 1.10.0 (a higher version number)."


def test_a_list_that_cannot_be_read(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """A fault while reading back takes no promotion back; it is said instead of what latest resolves to."""
    denied = {"error": {"code": "AuthorizationFailed", "message": "no"}}
    bench.wire.on("GET", ".*/versions", Answer(status=403, body=denied))

    ended = promote()

    assert ended["promoted"]
    assert ended["promotion"].startswith("Promoted; what latest resolves to could not be read: ")


def test_an_old_run_started_again(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """A run of the same workflow with a lower number than what was promoted last stays hidden."""
    pointer = {
        "schema": "imagegate.pointer.v1",
        "image_version_id": "/x/versions/9.0.0",
        "workflow": CLAIMS["job_workflow_ref"].partition("@")[0],
        "run_number": 8,
    }
    bench.blobs.write(POINTER, json.dumps(pointer).encode())

    ended = promote()

    assert (ended["promoted"], bench.hidden) == (False, True)
    assert "older than latest" in ended["reason"]


def test_made_again_since_it_was_verified(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """The verdict was on another disk: nothing is promoted."""
    ended = promote(published_at="2026-11-20T09:00:00Z")

    assert (ended["promoted"], bench.hidden) == (False, True)
    assert "made again" in ended["reason"]


def test_what_a_person_took_back(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """A withdrawn version is not promoted by a proof, which may be older than that decision."""
    assert promote()["promoted"]
    assert bench.version is not None
    bench.version["properties"]["publishingProfile"]["excludeFromLatest"] = True
    withdrawn = {**_record(bench), "standing": "withdrawn", "by": "ada", "reason": "CVE"}
    bench.blobs.write(RECORD, json.dumps(withdrawn).encode())

    ended = promote()

    assert (ended["promoted"], bench.hidden) == (False, True)
    assert ended["reason"] == "it was withdrawn by ada: CVE"


def test_two_decisions_at_once(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """Of two that take the pointer at once one is told to look again, and then sees the other's."""
    write, taken = bench.blobs._put, [False]

    def quicker(seen: Seen) -> Answer:
        if seen.path == POINTER and not taken[0]:
            taken[0] = True
            pointer = {"schema": "imagegate.pointer.v1", "image_version_id": "/x", "workflow": "o", "run_number": 1}
            bench.blobs.write(POINTER, json.dumps(pointer).encode())
        return write(seen)

    bench.wire.on("PUT", "/records/.+", quicker)

    assert promote()["promoted"]
    assert json.loads(bench.blobs.blobs[POINTER])["image_version_id"] == VERSION_ID.lower()


def test_records_that_cannot_be_written(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """Without a record nothing becomes latest."""
    bench.blobs.refusals["PUT", "records"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})

    with pytest.raises(NotAuthorised):
        promote()

    assert bench.hidden


def test_record_names_the_key(bench: GateBench, promote: Callable[..., dict[str, Any]]) -> None:
    """The record says which key signed the token, beside its claims."""
    assert promote(claims={**CLAIMS, KEY_ID: "k1"})["promoted"]

    assert _record(bench)["key_id"] == "k1"
    assert KEY_ID not in _record(bench)["claims"]
