"""What regions add up to, and what it means for latest."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.model import Attempt, Promote, TeardownResult
from imagegate.model.verification import Cause, ProbeResult, RegionOutcome
from imagegate.steps.decide_verdict import Consequence, decide_cause, decide_consequence, decide_teardown

COMPLETE, INCOMPLETE, KEPT = TeardownResult.COMPLETE, TeardownResult.INCOMPLETE, TeardownResult.KEPT


def region(cause: Cause = Cause.NONE, teardown: TeardownResult = COMPLETE) -> RegionOutcome:
    """A region that ended so, after one probe."""
    attempt = Attempt(probe="tcp port 80", number=1, passed=True, detail="connected", seconds=0.1)
    probe = ProbeResult.of("tcp port 80", url="", phase="first-boot", attempts=[attempt])
    return RegionOutcome(
        region="a",
        vm_size="Small",
        vm_name="smoke-1",
        cause=cause,
        reason=f"for {cause}",
        teardown=teardown,
        probes=(probe,),
    )


@given(st.lists(st.sampled_from(Cause), min_size=1, max_size=4))
def test_pass_needs_every_region(causes: list[Cause]) -> None:
    """A verification passes exactly when every region does; else its cause is one of the regions' own."""
    cause, reason = decide_cause([region(one) for one in causes])

    assert (cause is Cause.NONE) == (set(causes) == {Cause.NONE})
    assert cause in causes
    assert reason


def test_silence_is_no_pass() -> None:
    """A region in which nothing was asked proves nothing, whatever the others answered."""
    cause, reason = decide_cause([region(), replace(region(), probes=())])

    assert cause is Cause.DEFECT
    assert "nothing is known about the image" in reason


def test_failure_beats_bad_luck() -> None:
    """A region without capacity does not hide a region where the image failed."""
    assert decide_cause([region(Cause.CAPACITY), region(Cause.IMAGE)])[0] is Cause.IMAGE


@pytest.mark.parametrize(
    ("teardowns", "left", "wanted"),
    [
        ([COMPLETE], [], COMPLETE),
        ([COMPLETE, INCOMPLETE], ["/x"], INCOMPLETE),
        ([COMPLETE], ["/x"], INCOMPLETE),
        ([KEPT], ["/x"], KEPT),
        ([KEPT, INCOMPLETE], ["/x"], INCOMPLETE),
        ([], [], COMPLETE),
    ],
)
def test_teardown(teardowns: list[TeardownResult], left: list[str], wanted: TeardownResult) -> None:
    """Anything left makes it incomplete, unless it was kept on purpose."""
    assert decide_teardown([region(teardown=one) for one in teardowns], left) is wanted


@given(st.sampled_from(Cause), st.sampled_from(TeardownResult), st.sampled_from(Promote))
def test_only_one_way_to_latest(cause: Cause, teardown: TeardownResult, promote: Promote) -> None:
    """Only a pass, torn down completely and asked to be promoted, goes on to the proof of its origin."""
    decision = decide_consequence(cause=cause, teardown=teardown, promote=promote)

    assert decision.may_promote == (cause is Cause.NONE and teardown is COMPLETE and promote is Promote.ON_PASS)
    assert decision.reason.endswith(".")
    assert (decision.consequence is Consequence.QUARANTINE) == (cause is Cause.IMAGE)
