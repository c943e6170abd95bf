"""Starting a run that is ours."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.errors import NotAuthorised, ServiceError, ServiceUnreachable
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate, Run, RunState, Stamp
from imagegate.steps.start_run import Started, is_ours, start_run
from imagegate.waiting import Deadline

STAMP = Stamp(commit="c", run="7")
BEFORE = Run(state=RunState.FAILED, started_at=datetime(2026, 1, 1, tzinfo=UTC))


def _template(stamp: Stamp, started: str) -> ImageTemplate:
    status = {"runState": "Running", "startTime": started}
    return ImageTemplate.from_arm(
        {"id": f"{TEMPLATES}/t", "tags": stamp.to_tags(), "properties": {"lastRunStatus": status}}
    )


@pytest.mark.parametrize(
    ("stamp", "started", "ours"),
    [
        (STAMP, "2026-01-02T00:00:00Z", True),
        (STAMP, "2026-01-01T00:00:00Z", False),
        (STAMP, "2025-01-01T00:00:00Z", False),
        (Stamp(commit="c", run="8"), "2026-01-02T00:00:00Z", False),
    ],
    ids=["newer", "the same", "older", "another stamp"],
)
def test_whose_run_it_is(stamp: Stamp, started: str, ours: bool) -> None:
    """A run is ours when it is newer than before we asked, and runs under our stamp."""
    assert is_ours(_template(stamp, started), BEFORE, STAMP) is ours


@pytest.fixture
def service(wire: Wire, clock: HandClock) -> ImageBuilder:
    """Image builder with a stamped template."""
    builder = ImageBuilder(wire, clock)
    properties: dict[str, Any] = {"provisioningState": "Succeeded", "distribute": []}
    builder.templates["t"] = {"id": f"{TEMPLATES}/t", "tags": STAMP.to_tags(), "properties": properties}
    return builder


def _start(wire: Wire, clock: HandClock) -> Started | None:
    templates = ImageTemplates(cloud_on(wire), "rg-images")
    deadline = Deadline.after(900, clock)
    return start_run(templates, "t", before=None, stamp=STAMP, deadline=deadline, note=lambda _text: None)


def test_a_run_that_shows_late(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """The service may take a while to show a run that it accepted."""
    shown_at = clock.time + 60
    wire.on("POST", f"{TEMPLATES}/t/run", Answer(status=202, headers={"Retry-After": "3"}))

    def get(seen: Any) -> Answer:  # noqa: ANN401 - a request
        if clock.time >= shown_at and "lastRunStatus" not in service.templates["t"]["properties"]:
            service.start_run("t")
        return service._get(seen)

    wire.on("GET", f"{TEMPLATES}/t", get)

    started = _start(wire, clock)

    assert started is not None
    assert (started.run.state, started.retry_after_s) == (RunState.RUNNING, 3.0)


def test_a_run_that_never_shows(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A request that was accepted and led to nothing within five minutes is an error."""
    wire.on("POST", f"{TEMPLATES}/t/run", Answer(status=202))

    with pytest.raises(ServiceError, match="Gave up waiting for the run to begin after 300 s"):
        _start(wire, clock)


def test_a_request_that_got_lost(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """When no answer came and no run began, the first problem is told, and not that waiting was in vain."""
    from requests.exceptions import ConnectionError as RequestsConnectionError

    wire.on("POST", f"{TEMPLATES}/t/run", RequestsConnectionError("cable"))

    with pytest.raises(ServiceUnreachable, match="No answer while starting a run"):
        _start(wire, clock)


def test_without_the_right_to_run(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A missing right is told at once; nothing is looked for."""
    wire.on(
        "POST",
        f"{TEMPLATES}/t/run",
        Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}),
    )

    with pytest.raises(NotAuthorised):
        _start(wire, clock)

    assert clock.slept == []
