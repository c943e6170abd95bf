"""Waiting for versions that outlive their run."""

import pytest

from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.model import Run, RunState, RunSubState
from imagegate.steps.await_replication import await_replication, timed_out_replicating
from imagegate.waiting import Deadline

VERSION = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/web"
    "/versions/1.0.7"
)


@pytest.mark.parametrize(
    ("message", "sub_state", "expected"),
    [
        (
            (
                "Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] Error publishing MDI to "
                "Shared Image Gallery: Future#WaitForCompletion: context has been cancelled: context deadline exceeded}"
            ),
            None,
            True,
        ),
        (
            (
                "Failed while waiting for packerizer: Timeout waiting for microservice to complete: 'context deadline "
                "exceeded'"
            ),
            RunSubState.CUSTOMIZING,
            False,
        ),
        ("Timeout waiting for microservice to complete: 'context deadline exceeded'", RunSubState.DISTRIBUTING, True),
        ("Failed in distributing 1 images out of total 1: Some error happened", RunSubState.DISTRIBUTING, False),
        ("", RunSubState.DISTRIBUTING, False),
    ],
)
def test_only_time_that_is_over_while_distributing_counts(
    message: str, sub_state: RunSubState | None, *, expected: bool
) -> None:
    """A limit that was hit while customizing, and a distribution that was refused, are other ends."""
    assert timed_out_replicating(Run(state=RunState.FAILED, message=message), sub_state) is expected


def test_a_run_that_succeeded_or_was_cancelled_is_no_timeout() -> None:
    """Whatever its message says."""
    message = "Failed in distributing 1 images out of total 1: context deadline exceeded"
    for state in (RunState.SUCCEEDED, RunState.CANCELED):
        assert not timed_out_replicating(Run(state=state, message=message), RunSubState.DISTRIBUTING)


def test_bad_answers_are_waited_out(wire: Wire, clock: HandClock) -> None:
    """A look that gets no answer is told and made again; a version without regions counts by its own state."""
    error = Answer(status=500, body={"error": {"code": "InternalError", "message": "x"}})
    fine = Answer(body={"id": VERSION, "location": "westeurope", "properties": {"provisioningState": "Succeeded"}})
    wire.on("GET", VERSION, *[error] * 8, fine)
    told: list[str] = []

    found = await_replication(cloud_on(wire), {"web": VERSION}, deadline=Deadline.after(600, clock), note=told.append)

    assert found.state == "completed"
    assert any(line.startswith("no good answer about the replication, asking on") for line in told)


def test_a_version_that_goes_away_is_a_failure(wire: Wire, clock: HandClock) -> None:
    """Somebody deleted it meanwhile."""
    wire.on("GET", VERSION, Answer(status=404, body={"error": {"code": "NotFound", "message": "x"}}))

    found = await_replication(
        cloud_on(wire), {"web": VERSION}, deadline=Deadline.after(600, clock), note=lambda _: None
    )

    assert (found.state, found.reason) == ("failed", "the version 1.0.7 is gone")


def test_no_patience_is_one_look(wire: Wire, clock: HandClock) -> None:
    """A limit of nothing tells how it stands, and waits for nothing."""
    regions = {"summary": [{"region": "West Europe", "state": "Replicating", "progress": 5, "details": "copying"}]}
    body = {
        "id": VERSION,
        "location": "westeurope",
        "properties": {
            "provisioningState": "Creating",
            "publishingProfile": {"targetRegions": [{"name": "westeurope"}]},
            "replicationStatus": regions,
        },
    }
    wire.on("GET", VERSION, Answer(body=body))

    found = await_replication(cloud_on(wire), {"web": VERSION}, deadline=Deadline.after(0, clock), note=lambda _: None)

    assert (found.state, str(found)) == ("replicating", "westeurope: Replicating, 5 % (copying)")
    assert clock.slept == []
