"""What a verification writes into the record of a version."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fake_wire import Seen, Wire
from gate_bench import PUBLISHED, RECORDS, GateBench
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.steps.quarantine_image_version import quarantine_image_version
from imagegate.steps.record_verdict import record_verdict
from imagegate.steps.remember_verdict import remember_verdict
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID

RECORD = "/records/golden/web/1.2.3/20261120T100000Z.json"
JOB = {
    "image_version_id": VERSION_ID,
    "records_container": RECORDS,
    "published_at": PUBLISHED,
    "verdict": "passed",
    "reason": "It booted.",
    "teardown": "complete",
    "may_promote": True,
    "end_of_life": "2026-12-21T00:00:00Z",
}


@pytest.fixture
def bench(wire: Wire) -> GateBench:
    """A version that was verified."""
    return GateBench(wire, JobIssuer())


def found(bench: GateBench) -> VersionRecord:
    """The stored record."""
    return VersionRecord.from_json(json.loads(bench.blobs.blobs[RECORD]))


def store(bench: GateBench, standing: Standing, **parts: Any) -> None:  # noqa: ANN401 - any field
    """A record that was there before."""
    record = VersionRecord(
        image_version_id=VERSION_ID,
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        standing=standing,
        **parts,
    )
    bench.blobs.write(RECORD, json.dumps(record.to_json()).encode())


def test_verdict_is_remembered(bench: GateBench) -> None:
    """The record holds verdict, reason and teardown, whether only the proof is missing, and when that was."""
    assert remember_verdict(bench.cloud, JOB) == {"done": True, "reason": ""}

    record = found(bench)
    assert (record.standing, record.verdict, record.teardown, record.may_promote) == (
        "recorded",
        "passed",
        "complete",
        True,
    )
    assert (record.by, record.reason) == ("verification", "It booted.")
    assert record.changed_at is not None


@pytest.mark.parametrize("step", [record_verdict, quarantine_image_version])
def test_both_ways_to_write_a_verdict(bench: GateBench, step: Any) -> None:  # noqa: ANN401 - a step
    """Whatever the verdict, the version gets its tag and its record."""
    for _ in range(3):
        if step(bench.cloud, JOB)["done"]:
            break

    assert bench.version is not None
    assert bench.version["tags"]["imagegate-verdict"] == "passed"
    assert found(bench).verdict == "passed"


@pytest.mark.parametrize("missing", ["records_container", "published_at"])
def test_without_a_place_for_it(bench: GateBench, missing: str) -> None:
    """An instance of an older release, and a command without a container, write the tag alone."""
    assert remember_verdict(bench.cloud, {**JOB, missing: None})["done"]
    assert bench.blobs.blobs == {}


def test_what_learnt_nothing_takes_nothing_back(bench: GateBench) -> None:
    """An inconclusive verification leaves the verdict of an earlier one; where there was none it is the verdict."""
    remember_verdict(bench.cloud, {**JOB, "verdict": "inconclusive", "may_promote": False})
    assert found(bench).verdict == "inconclusive"
    remember_verdict(bench.cloud, JOB)

    remember_verdict(bench.cloud, {**JOB, "verdict": "inconclusive", "may_promote": False})

    assert (found(bench).verdict, found(bench).may_promote) == ("passed", True)


@pytest.mark.parametrize("standing", [Standing.PROMOTED, Standing.WITHDRAWN])
def test_decisions_stand(bench: GateBench, standing: Standing) -> None:
    """A version that passes again stays promoted, or withdrawn, by whom it was and for their reason."""
    store(bench, standing, by="ada", reason="because", claims={"run_id": "1"})

    remember_verdict(bench.cloud, JOB)

    record = found(bench)
    assert (record.standing, record.by, record.reason, record.claims) == (standing, "ada", "because", {"run_id": "1"})
    assert record.verdict == "passed"


def test_promoted_version_that_fails(bench: GateBench) -> None:
    """A version that was promoted and fails is withdrawn, so that nobody shows it again."""
    store(bench, Standing.PROMOTED, by="proof of origin")

    remember_verdict(bench.cloud, {**JOB, "verdict": "failed", "reason": "Port 80 refused.", "may_promote": False})

    record = found(bench)
    assert (record.standing, record.by, record.reason) == ("withdrawn", "verification", "Port 80 refused.")


def test_another_writer(bench: GateBench) -> None:
    """A record that changed between reading and writing is read again."""
    write, quicker = bench.blobs._put, [True]

    def overtaken(seen: Seen) -> Any:  # noqa: ANN401 - an answer
        if quicker:
            quicker.pop()
            store(bench, Standing.PROMOTED, by="ada")
        return write(seen)

    bench.wire.on("PUT", "/records/.+", overtaken)

    assert not remember_verdict(bench.cloud, JOB)["done"]
    assert remember_verdict(bench.cloud, JOB)["done"]
    assert (found(bench).standing, found(bench).verdict) == ("promoted", "passed")
