"""What a post step ends, and what it leaves alone."""

import pytest

from azure_builds import template_body
from build_events import TEMPLATE
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.flows.end_leftover import cancel_left_run, cancel_stamped_runs
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


def test_a_run_is_found_by_its_stamp(wire: Wire) -> None:
    """Without any state, the running template of this run and image is cancelled, and no other."""
    group = TEMPLATE.rpartition("/")[0]
    own = {"imagegate-run": "77-1", "imagegate-image": "web"}
    tags = {"mine": own, "db": own | {"imagegate-image": "db"}, "old": own | {"imagegate-run": "76-1"}, "bare": {}}
    bodies = {
        name: template_body("Running", template_id=f"{group}/{name}", tags=given, ended="0001-01-01T00:00:00Z")
        for name, given in tags.items()
    }
    bodies["over"] = template_body(template_id=f"{group}/over", tags=own)
    wire.on("GET", group, Answer(body={"value": list(bodies.values())}))
    for name, body in bodies.items():
        wire.on("GET", f"{group}/{name}", Answer(body=body))
        wire.on("POST", f"{group}/{name}/cancel", Answer(status=202))
    cloud = cloud_on(wire)

    assert cancel_stamped_runs(cloud, TEMPLATE_ID.resource_group, "77-1", "web", Silent()) == 1
    assert [seen.path.rsplit("/", 2)[1] for seen in wire.calls("POST", ".*")] == ["mine"]
    assert cancel_stamped_runs(cloud, TEMPLATE_ID.resource_group, "", "web", Silent()) == 0
