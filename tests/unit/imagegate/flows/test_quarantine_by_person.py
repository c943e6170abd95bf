"""A person keeps a version out of latest."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fake_wire import Answer, HandClock, Seen, Wire
from gate_bench import RECORDS, STAMP, GateBench, version_body
from imagegate.errors import ImageVersionUnusable
from imagegate.flows.quarantine_by_person import quarantine_by_person
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records
from imagegate.model import ResourceId
from imagegate.model.persons_decision import DecisionResult, PersonsDecision
from imagegate.report.progress import Silent, Story
from imagegate.steps.promote_by_proof import promote_by_proof
from job_issuer import CLAIMS, JobIssuer
from smoke_azure import VERSION_ID

RECORD = "/records/golden/web/1.2.3/20261120T100000Z.json"
ADA = PersonsDecision(by="user ada", reason="CVE-2026-1")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def bench(wire: Wire) -> GateBench:
    """A visible version without a record."""
    bench = GateBench(wire, JobIssuer())
    bench.version = version_body(STAMP, hidden=False)
    return bench


def _quarantine(bench: GateBench, *, dry_run: bool = False) -> DecisionResult:
    records = Records(Container(bench.cloud, RECORDS))
    story = Story(Silent(), HandClock())
    version_id = ResourceId.parse(VERSION_ID)
    return quarantine_by_person(bench.cloud, records, version_id, ADA, story=story, now=NOW, dry_run=dry_run)


def _record(bench: GateBench) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bench.blobs.blobs[RECORD])
    return found


def _profile(bench: GateBench) -> dict[str, Any]:
    assert bench.version is not None
    found: dict[str, Any] = bench.version["properties"]["publishingProfile"]
    return found


def _writes(bench: GateBench) -> int:
    return len(bench.wire.calls("PUT", ".*")) + len(bench.wire.calls("PATCH", ".*"))


def test_withdrawn_then_hidden(bench: GateBench) -> None:
    """The record comes first; then the version is excluded in every region and has an end-of-life date."""
    standings: list[str] = []

    def patch(seen: Seen) -> Answer:
        standings.append(_record(bench)["standing"])
        return bench._patch(seen)

    bench.wire.on("PATCH", VERSION_ID, patch)

    result = _quarantine(bench)

    assert standings == ["withdrawn"]
    assert (_record(bench)["by"], _record(bench)["reason"]) == ("user ada", "CVE-2026-1")
    assert (bench.hidden, _profile(bench)["targetRegions"][0]["excludeFromLatest"]) == (True, True)
    assert _profile(bench)["endOfLifeDate"] == "2026-12-21T00:00:00Z"
    assert bench.version is not None
    assert "imagegate-verdict" not in bench.version["tags"]
    assert result.sentence == "Quarantined: latest is empty, no version of the definition is visible."


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("1.2.2", "Quarantined: latest resolves to 1.2.2 now."),
        ("1.3.0", "Quarantined: latest resolves to 1.3.0 as before."),
    ],
)
def test_what_latest_resolves_to(bench: GateBench, other: str, sentence: str) -> None:
    """What is read back is said, and whether it changed."""
    bench.others = [version_body(STAMP, number=other, hidden=False)]

    assert _quarantine(bench).sentence == sentence


def test_shown_again_meanwhile(bench: GateBench) -> None:
    """Where somebody shows it again before it is read back, that is said."""
    shown = version_body(STAMP, hidden=False)
    bench.wire.on("GET", ".*/versions", Answer(body={"value": [shown]}))

    assert _quarantine(bench).sentence == "Quarantined, but latest still resolves to it in westeurope."


def test_once_more_changes_nothing(bench: GateBench) -> None:
    """The second time nothing is written, and the date stays."""
    _quarantine(bench)
    writes = _writes(bench)

    result = _quarantine(bench)

    assert (_writes(bench), result.changes, result.record.changed_at) == (writes, (), NOW)


def test_a_dry_run_writes_nothing(bench: GateBench) -> None:
    """It names each change, and what latest would resolve to."""
    bench.others = [version_body(STAMP, number="1.2.2", hidden=False)]

    result = _quarantine(bench, dry_run=True)

    assert (_writes(bench), bench.hidden) == (0, False)
    assert result.changes == (
        "record: recorded -> withdrawn",
        "excludeFromLatest: false -> true, in every region",
        "end-of-life date: none -> 2026-12-21",
    )
    assert result.latest.by_region == {"westeurope": "1.2.2"}
    assert result.sentence == "Dry run: latest would resolve to 1.2.2."


def test_a_date_that_is_there_stays(bench: GateBench) -> None:
    """An end-of-life date that another person set is not changed."""
    _profile(bench)["endOfLifeDate"] = "2027-01-01T00:00:00Z"

    _quarantine(bench)

    assert _profile(bench)["endOfLifeDate"] == "2027-01-01T00:00:00Z"


def test_no_proof_brings_it_back(bench: GateBench) -> None:
    """A good proof does not promote what a person withdrew."""
    _quarantine(bench)
    published = _record(bench)["published_at"]
    job = {"image_version_id": VERSION_ID, "published_at": published, "verdict": "passed", "claims": CLAIMS}

    answer = promote_by_proof(bench.cloud, bench.verifier, job)

    assert (answer["promoted"], bench.hidden) == (False, True)
    assert answer["reason"] == "it was withdrawn by user ada: CVE-2026-1"


def test_gone(bench: GateBench) -> None:
    """A version that is gone is named."""
    bench.version = None

    with pytest.raises(ImageVersionUnusable, match="is gone"):
        _quarantine(bench)
