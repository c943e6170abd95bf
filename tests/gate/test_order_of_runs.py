"""Old runs that are started again, and what a person took back."""

import pytest

from fake_wire import Answer, Seen
from gate_world import STAMP, GateWorld

_FILE = "acme/images/.github/workflows/image.yml"
_LATER = "2026-11-20T10:01:00.5+00:00"


@pytest.mark.stopped_by("order of runs")
@pytest.mark.parametrize("newer", [8, 70, 100, 4711])
def test_an_old_run_started_again(gate: GateWorld, newer: int) -> None:
    """A new attempt at an old run does not replace what a newer run of the workflow built."""
    gate.promoted_before(run_number=newer)
    gate.stamp(run="4711-2")
    gate.sign(run_attempt="2")

    found = gate.decide()

    assert (found.green, found.latest) == (True, False)
    assert "older than latest" in found.reason
    assert "start the workflow anew" in found.reason


@pytest.mark.stopped_by("order of runs")
@pytest.mark.parametrize("number", [None, "", "-9", "x", "7.0", "9e9", "\u0667", ["9"], {"9": 9}, True, 0], ids=str)
def test_a_run_number_that_is_none(gate: GateWorld, number: object) -> None:
    """A run without a usable number is not newer than one with a number."""
    gate.promoted_before(run_number=8)
    gate.sign(run_number=number)

    assert not gate.decide().latest


@pytest.mark.parametrize("before", [1, 6, 7])
def test_a_newer_run(gate: GateWorld, before: int) -> None:
    """What the same or a newer run of the workflow built becomes latest."""
    gate.promoted_before(run_number=before)
    gate.sign()

    assert gate.decide().latest


@pytest.mark.parametrize(
    "other", ["acme/images/.github/workflows/other.yml", "acme/central/.github/workflows/image.yml"]
)
def test_run_numbers_of_another_workflow(gate: GateWorld, other: str) -> None:
    """Numbers of runs are compared within one workflow only."""
    gate.promoted_before(run_number=8, workflow=other)
    gate.sign()

    assert gate.decide().latest


@pytest.mark.stopped_by("order of runs")
@pytest.mark.parametrize("pinned", ["refs/heads/main", "refs/heads/release", STAMP.commit])
def test_the_order_holds_across_pins_of_the_workflow(gate: GateWorld, pinned: str) -> None:
    """A workflow is the same whatever ref it was taken from."""
    gate.promoted_before(run_number=8)
    gate.sign(job_workflow_ref=f"{_FILE}@{pinned}")

    assert not gate.decide().latest


@pytest.mark.stopped_by("order of runs")
def test_a_newer_run_finishes_while_this_one_waits(gate: GateWorld) -> None:
    """The order is that of the moment of promotion, not that of the verdict."""

    def newer_first() -> None:
        gate.promoted_before(run_number=8)
        gate.sign()

    gate.at_wait[3] = newer_first

    assert not gate.decide().latest


@pytest.mark.stopped_by("order of runs")
def test_a_newer_run_is_written_between_read_and_write(gate: GateWorld) -> None:
    """Of two decisions at once the one that read before the other wrote decides again."""
    put = gate.bench.blobs._put
    path = "/records/golden/web/promoted-last.json"

    def race(seen: Seen) -> Answer:
        if seen.path == path and path not in gate.bench.blobs.blobs:
            gate.promoted_before(run_number=8)
        return put(seen)

    gate.bench.wire.on("PUT", "/records/.+", race)
    gate.sign()

    found = gate.decide()

    assert not found.latest
    assert "older than latest" in found.reason


@pytest.mark.stopped_by("verdict", "withdrawn", both=True)
def test_a_failed_smoke_test_with_a_good_proof(gate: GateWorld) -> None:
    """A version that failed, or left something behind, is never latest and never green, however well it is signed."""
    gate.sign()

    found = gate.decide(passed=False)

    assert (found.green, found.latest) == (False, False)


def test_a_failed_smoke_test_without_a_proof(gate: GateWorld) -> None:
    """A version that failed and that nobody signed is neither green nor latest."""
    found = gate.decide(passed=False)

    assert (found.green, found.latest) == (False, False)


@pytest.mark.stopped_by("withdrawn")
def test_withdrawn_and_then_proved(gate: GateWorld) -> None:
    """What a person took back stays hidden, though a proof arrives."""
    gate.withdraw()
    gate.sign()

    found = gate.decide()

    assert not found.latest
    assert "withdrawn" in found.reason
    assert "ada" in found.reason


@pytest.mark.stopped_by("withdrawn")
def test_withdrawn_while_the_decision_waits(gate: GateWorld) -> None:
    """What a person takes back while the proof is awaited stays hidden."""

    def at_once() -> None:
        gate.withdraw()
        gate.sign()

    gate.at_wait[2] = at_once

    assert not gate.decide().latest


def test_withdrawn_between_read_and_write(gate: GateWorld) -> None:
    """What a person takes back while the promotion is being written down stays hidden."""
    put = gate.bench.blobs._put

    def race(seen: Seen) -> Answer:
        if "/1.2.3/" in seen.path and seen.path not in gate.bench.blobs.blobs:
            gate.withdraw()
        return put(seen)

    gate.bench.wire.on("PUT", "/records/.+", race)
    gate.sign()

    assert not gate.decide().latest


@pytest.mark.stopped_by("withdrawn")
def test_withdrawn_after_it_was_promoted(gate: GateWorld) -> None:
    """A version that was latest and was taken back does not come back by deciding again."""
    gate.sign()
    assert gate.decide().latest
    gate.hide()
    gate.withdraw()

    assert not gate.decide().latest


def test_withdrawn_under_another_publishing_date(gate: GateWorld) -> None:
    """What was taken back was that disk: another version under the number may become latest."""
    gate.withdraw()
    gate.make_again()
    gate.sign()

    assert gate.decide(verified_at=_LATER).latest


def test_deciding_twice(gate: GateWorld) -> None:
    """A decision that is made again changes nothing."""
    gate.sign()

    first, second = gate.decide(), gate.decide()

    assert first == second
    assert second.latest


def test_an_old_version_that_was_promoted_once(gate: GateWorld) -> None:
    """A record of an earlier promotion does not lift a hidden version over the newer run that came after it."""
    gate.sign()
    assert gate.decide().latest
    gate.promoted_before(run_number=8)
    gate.hide()

    assert not gate.decide().latest


@pytest.mark.stopped_by("withdrawn")
def test_a_later_verification_failed(gate: GateWorld) -> None:
    """A decision that still waits for its proof promotes nothing that failed meanwhile."""
    gate.record(verdict="failed", standing="recorded")
    gate.sign()

    found = gate.decide()

    assert not found.latest
    assert "later verification" in found.reason


@pytest.mark.stopped_by("order of runs")
def test_a_promotion_that_broke_off_before_a_newer_one(gate: GateWorld) -> None:
    """What goes on with a promotion asks again whether the version is still the newest."""
    gate.record(verdict="passed", standing="promoting")
    gate.promoted_before(run_number=8)
    gate.sign()

    assert not gate.decide().latest


def test_two_workflows_that_call_the_same_one(gate: GateWorld) -> None:
    """Runs are counted by the workflow that was started, so one that it calls orders nothing."""
    gate.promoted_before(run_number=900, workflow="acme/images/.github/workflows/push.yml")
    gate.sign(workflow_ref="acme/images/.github/workflows/nightly.yml@refs/heads/main", run_number="41")

    assert gate.decide().latest
