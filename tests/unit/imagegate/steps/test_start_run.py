"""Starting a run."""

from typing import Any

import pytest

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.errors import NotAuthorised, ServiceError, ServiceUnreachable
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import RunState
from imagegate.steps.start_run import Started, start_run
from imagegate.waiting import Deadline


@pytest.fixture
def service(wire: Wire, clock: HandClock) -> ImageBuilder:
    """Image builder with a template that never ran."""
    builder = ImageBuilder(wire, clock)
    properties: dict[str, Any] = {"provisioningState": "Succeeded", "distribute": []}
    builder.templates["t"] = {"id": f"{TEMPLATES}/t", "properties": properties}
    return builder


def _start(wire: Wire, clock: HandClock) -> Started:
    templates = ImageTemplates(cloud_on(wire), "rg-images")
    deadline = Deadline.after(900, clock)
    return start_run(templates, "t", deadline=deadline, note=lambda _text: None)


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


def test_a_conflict_with_our_own_request(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A repeated request that finds a run of this very template has started it."""

    def run(seen: Any) -> Answer:  # noqa: ANN401 - a request
        service._run(seen)
        return service._run(seen)

    wire.on("POST", f"{TEMPLATES}/t/run", run)

    assert _start(wire, clock).run.state is RunState.RUNNING
