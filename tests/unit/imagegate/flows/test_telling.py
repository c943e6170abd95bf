"""What every orchestration does alike, driven by hand."""

import json
from typing import Any

import pytest

from fake_orchestration import FakeContext, drive
from imagegate.flows.telling import StepFailed, Telling, call
from imagegate.model.verification import Cause


def _fault(*, may_pass: bool, cause: Cause = Cause.THROTTLING) -> dict[str, Any]:
    return {"fault": {"cause": str(cause), "reason": "too many requests", "may_pass": may_pass}}


def test_fault_that_passes_is_waited_for() -> None:
    """A service that was not there is asked again after a while, and its answer counts as if it had come at once."""
    ctx = FakeContext({"look": [_fault(may_pass=True), _fault(may_pass=True), {"there": True}]})

    assert drive(ctx, call(ctx, "look", {})) == {"there": True}
    assert (len(ctx.calls), ctx.timers) == (3, 2)


def test_fault_that_stays_keeps_its_cause() -> None:
    """After the last wait the step has failed, for the reason that its own answer gave, on every engine alike."""
    ctx = FakeContext({"look": _fault(may_pass=True)})

    with pytest.raises(StepFailed) as failed:
        drive(ctx, call(ctx, "look", {}))

    assert (failed.value.cause, failed.value.reason) == (Cause.THROTTLING, "too many requests")
    assert len(ctx.calls) == 4


def test_fault_that_will_not_pass_is_not_waited_for() -> None:
    """What trying again would not cure ends the step at once."""
    ctx = FakeContext({"look": _fault(may_pass=False, cause=Cause.POLICY)})

    with pytest.raises(StepFailed):
        drive(ctx, call(ctx, "look", {}))

    assert (len(ctx.calls), ctx.timers) == (1, 0)


def test_defect_is_told_as_one() -> None:
    """What an activity raised is a defect, named."""
    ctx = FakeContext({"look": RuntimeError("boom")})

    with pytest.raises(StepFailed) as failed:
        drive(ctx, call(ctx, "look", {}))

    assert failed.value.cause is Cause.DEFECT
    assert "boom" in failed.value.reason


@pytest.mark.parametrize("letter", ["a", "\N{GREEK SMALL LETTER OMEGA}", "\N{GEAR}"])
def test_status_stays_small(letter: str) -> None:
    """A custom status holds the last things told, within 16 KB of UTF-16, and says how many came before them."""
    ctx = FakeContext({})
    telling = Telling(ctx)

    for number in range(200):
        telling.note(f"{number}: {letter * 80}")
        assert len(json.dumps(ctx.status).encode("utf-16-le")) <= 16 * 1024

    shown = [int(event["text"].partition(":")[0]) for event in ctx.status["events"]]
    assert shown == list(range(ctx.status["first"], 200))
    assert len(shown) >= 10
