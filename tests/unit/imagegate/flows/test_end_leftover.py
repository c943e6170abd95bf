"""What a post step ends, and what it leaves alone."""

import pytest

from azure_builds import template_body
from build_events import TEMPLATE
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.flows.end_leftover import cancel_left_run
from imagegate.model import ResourceId
from imagegate.report.progress import Silent

TEMPLATE_ID = ResourceId.parse(TEMPLATE)


@pytest.mark.parametrize(
    ("state", "run", "cancelled"),
    [("Running", "4711", True), ("Running", "4712", False), ("Succeeded", "4711", False), (None, "4711", False)],
)
def test_only_our_own_run_is_cancelled(wire: Wire, state: str | None, run: str, cancelled: bool) -> None:
    """A run that goes on under the job's stamp is cancelled; one of somebody else, or one that ended, is not."""
    ended = "0001-01-01T00:00:00Z" if state == "Running" else "2026-11-21T12:00:00Z"
    wire.on("GET", TEMPLATE, Answer(body=template_body(state, ended=ended)))
    wire.on("POST", f"{TEMPLATE}/cancel", Answer(status=202))

    assert cancel_left_run(cloud_on(wire), TEMPLATE_ID, run, Silent()) is cancelled

    assert len(wire.calls("POST", f"{TEMPLATE}/cancel")) == int(cancelled)


def test_a_template_that_is_gone(wire: Wire, clock: HandClock) -> None:
    """Without the template there is no run either."""
    wire.on("GET", TEMPLATE, Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "no"}}))

    assert not cancel_left_run(cloud_on(wire), TEMPLATE_ID, "4711", Silent())
