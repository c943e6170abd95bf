"""A person lets latest resolve to a version."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fake_wire import Answer, HandClock, Seen, Wire
from gate_bench import PUBLISHED, RECORDS, STAMP, GateBench, version_body
from imagegate.errors import ImageVersionUnusable, ResourceConflict
from imagegate.flows.promote_by_person import promote_by_person
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records
from imagegate.model import ResourceId
from imagegate.model.persons_decision import DecisionResult, PersonsDecision
from imagegate.report.progress import Silent, Story
from job_issuer import CLAIMS, JobIssuer
from smoke_azure import VERSION_ID

RECORD = "/records/golden/web/1.2.3/20261120T100000Z.json"
POINTER = "/records/golden/web/promoted-last.json"
ADA = PersonsDecision(by="user ada", reason="checked by hand")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def bench(wire: Wire) -> GateBench:
    """A hidden version without a record."""
    return GateBench(wire, JobIssuer())


def _promote(bench: GateBench, *, dry_run: bool = False, decision: PersonsDecision = ADA) -> DecisionResult:
    records = Records(Container(bench.cloud, RECORDS))
    story = Story(Silent(), HandClock())
    version_id = ResourceId.parse(VERSION_ID)
    return promote_by_person(bench.cloud, records, version_id, decision, story=story, now=NOW, dry_run=dry_run)


def _record(bench: GateBench, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """What is stored of the version, with changes written over it."""
    fresh: dict[str, Any] = {
        "schema": "imagegate.record.v1",
        "image_version_id": VERSION_ID.lower(),
        "published_at": "2026-11-20T10:00:00Z",
        "standing": "recorded",
        "verdict": "",
        "by": "",
        "reason": "",
        "changed_at": None,
        "claims": {},
        "key_id": "",
    }
    found = {**(json.loads(bench.blobs.blobs[RECORD]) if RECORD in bench.blobs.blobs else fresh), **changes}
    if changes:
        bench.blobs.write(RECORD, json.dumps(found).encode())
    return found


def _writes(bench: GateBench) -> int:
    return len(bench.wire.calls("PUT", ".*")) + len(bench.wire.calls("PATCH", ".*"))


def test_record_before_version(bench: GateBench) -> None:
    """Who and why are recorded before the version is shown; the result says what latest resolves to."""
    standings: list[str] = []

    def patch(seen: Seen) -> Answer:
        standings.append(_record(bench)["standing"])
        return bench._patch(seen)

    bench.wire.on("PATCH", VERSION_ID, patch)

    result = _promote(bench)

    assert standings == ["promoting"]
    stored = _record(bench)
    assert (stored["standing"], stored["by"], stored["reason"]) == ("promoted", "user ada", "checked by hand")
    assert stored["changed_at"] == "2026-11-21T09:00:00Z"
    assert (bench.hidden, result.changed, result.sentence) == (False, True, "Promoted: latest resolves to it.")
    assert set(result.timings_s) == {"read", "record", "promote", "latest"}


def test_once_more_changes_nothing(bench: GateBench) -> None:
    """The second promotion writes nothing and keeps who decided first."""
    _promote(bench)
    writes = _writes(bench)

    result = _promote(bench, decision=PersonsDecision(by="user bob", reason="me too"))

    assert (_writes(bench), result.changes, result.changed) == (writes, (), False)
    assert (result.record.by, result.record.changed_at) == ("user ada", NOW)


def test_a_dry_run_writes_nothing(bench: GateBench) -> None:
    """It names each change, and what latest would resolve to."""
    assert bench.version is not None
    bench.version["properties"]["publishingProfile"]["endOfLifeDate"] = "2026-12-20T00:00:00Z"
    bench.others = [version_body(STAMP, number="1.3.0", hidden=False)]

    result = _promote(bench, dry_run=True)

    assert (_writes(bench), bench.hidden, result.changed) == (0, True, False)
    assert result.changes == (
        "record: recorded -> promoted",
        "excludeFromLatest: true -> false, in every region",
        "end-of-life date: 2026-12-20 -> none",
    )
    assert result.sentence == "Dry run: latest would resolve to 1.3.0."


@pytest.mark.parametrize(
    ("verdict", "tag", "warning"),
    [
        ("passed", "", None),
        ("failed", "", 'It did not pass: its verdict was "failed".'),
        ("", "", "It was not verified: no record has a verdict."),
        (
            "",
            "passed",
            'It was not verified: no record has a verdict. Its tag says "passed", and a tag proves nothing.',
        ),
    ],
)
def test_without_a_passed_verdict(bench: GateBench, verdict: str, tag: str, warning: str | None) -> None:
    """It is promoted, and the result says that nothing shows that it works."""
    _record(bench, verdict=verdict)
    assert bench.version is not None
    if tag:
        bench.version["tags"]["imagegate-verdict"] = tag

    result = _promote(bench)

    assert (bench.hidden, result.warnings) == (False, (warning,) if warning else ())


def test_a_withdrawn_version(bench: GateBench) -> None:
    """A person may take a withdrawal back, and is told whose it was."""
    _record(
        bench,
        standing="withdrawn",
        verdict="passed",
        by="user bob",
        reason="CVE",
        changed_at="2026-11-20T12:00:00Z",
    )

    result = _promote(bench)

    warning = "It was withdrawn on 2026-11-20 by user bob: CVE. This promotion takes that back."
    assert (result.warnings, _record(bench)["standing"], bench.hidden) == ((warning,), "promoted", False)


def test_hidden_by_somebody_else(bench: GateBench) -> None:
    """A promoted version that somebody hid is shown again, as a decision of its own."""
    _record(bench, standing="promoted", by="proof of origin")

    result = _promote(bench)

    assert (result.changed, bench.hidden, _record(bench)["by"]) == (True, False, "user ada")


def test_broken_off_before_the_version_was_shown(bench: GateBench) -> None:
    """A promotion that ended after its record is finished by the next one."""
    _record(bench, standing="promoting", by="user ada")

    assert _promote(bench).changed
    assert (_record(bench)["standing"], bench.hidden) == ("promoted", False)


def test_the_pointer_moves_and_keeps_the_order(bench: GateBench) -> None:
    """The pointer names the version; a run that was older by its proof before stays older."""
    pointer = {"schema": "imagegate.pointer.v1", "image_version_id": "/x", "workflow": "a/b/w.yml", "run_number": 8}
    bench.blobs.write(POINTER, json.dumps(pointer).encode())

    _promote(bench)

    moved = json.loads(bench.blobs.blobs[POINTER])
    assert moved == {**pointer, "image_version_id": VERSION_ID.lower()}


def test_the_pointer_takes_what_is_proved(bench: GateBench) -> None:
    """Where a proof of the version is recorded, the pointer has its workflow and run."""
    _record(bench, claims={name: CLAIMS[name] for name in ("job_workflow_ref", "run_number")})

    _promote(bench)

    moved = json.loads(bench.blobs.blobs[POINTER])
    assert (moved["workflow"], moved["run_number"]) == (CLAIMS["job_workflow_ref"].partition("@")[0], 7)


@pytest.mark.parametrize("state", ["Creating", "Failed", "Deleting"])
def test_not_made_to_its_end(bench: GateBench, state: str) -> None:
    """Only a version that the gallery finished making is promoted."""
    assert bench.version is not None
    bench.version["properties"]["provisioningState"] = state

    with pytest.raises(ImageVersionUnusable, match=state):
        _promote(bench)

    assert _writes(bench) == 0


def test_gone(bench: GateBench) -> None:
    """A version that is gone is named."""
    bench.version = None

    with pytest.raises(ImageVersionUnusable, match=r"golden/web/1\.2\.3 is gone"):
        _promote(bench)


def test_another_decision_is_quicker(bench: GateBench) -> None:
    """Nothing is overwritten: the version stays as it is, and the message says to look again."""
    write = bench.blobs._put

    def quicker(seen: Seen) -> Answer:
        if seen.path == RECORD:
            _record(bench, standing="withdrawn", by="user bob")
        return write(seen)

    bench.wire.on("PUT", "/records/.+", quicker)

    with pytest.raises(ResourceConflict, match="Another decision"):
        _promote(bench)

    assert (_record(bench)["by"], bench.hidden) == ("user bob", True)


def test_made_again_has_a_record_of_its_own(bench: GateBench) -> None:
    """What was decided about a version of the same number does not count for another disk."""
    _promote(bench)
    bench.version = version_body(STAMP, published=PUBLISHED.replace("10:00:00", "11:00:00"))

    assert _promote(bench, dry_run=True).changes[0] == "record: recorded -> promoted"
