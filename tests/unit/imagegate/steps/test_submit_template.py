"""Creating the template of a job."""

from typing import Any

import pytest

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import Answer, HandClock, Seen, Wire, cloud_on
from imagegate.errors import (
    DeadlinePassed,
    ImageGateError,
    InputError,
    NotAuthorised,
    ResourceConflict,
    ServiceRefused,
    StagingGroupRefused,
)
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import ImageTemplate
from imagegate.steps.submit_template import submit_template
from imagegate.waiting import Deadline

BODY: dict[str, Any] = {
    "location": "westeurope",
    "tags": {"imagegate-job-key": "k1"},
    "properties": {"source": {}, "distribute": []},
}


@pytest.fixture
def service(wire: Wire, clock: HandClock) -> ImageBuilder:
    """Image builder."""
    return ImageBuilder(wire, clock)


def _submit(wire: Wire, clock: HandClock) -> ImageTemplate:
    templates = ImageTemplates(cloud_on(wire), "rg-images")
    deadline = Deadline.after(900, clock)
    return submit_template(templates, "t", BODY, template_file="t.json", deadline=deadline, note=lambda _text: None)


def _failing(service: ImageBuilder, wire: Wire, code: str, message: str) -> None:
    def fail(seen: Seen) -> Answer:
        answer = service._put(seen)
        error = {"provisioningErrorCode": code, "message": message}
        service.templates["t"]["properties"] |= {"provisioningState": "Failed", "provisioningError": error}
        return answer

    wire.on("PUT", f"{TEMPLATES}/t", fail)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("BadPIRSource", "no such image", InputError),
        ("BadStagingResourceGroup", "must be empty", StagingGroupRefused),
        ("UNSUPPORTEDCUSTOMIZERTYPE", "x", InputError),
        ("Other", "Validation failed: 'ImageTemplate.properties.source'", InputError),
        ("Other", "Not authorized to access the resource: /g", NotAuthorised),
        ("ServerError", "Internal error occurred.", ServiceRefused),
    ],
)
def test_whose_fault_a_failed_submission_is(
    wire: Wire, clock: HandClock, service: ImageBuilder, code: str, message: str, kind: type[ImageGateError]
) -> None:
    """The service's code tells the template's faults from missing rights and its own; nothing half made stays."""
    _failing(service, wire, code, message)

    with pytest.raises(kind, match=message.partition("'")[0]) as caught:
        _submit(wire, clock)

    assert type(caught.value) is kind
    assert service.templates == {}


def test_a_submission_that_takes_its_time(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """While the service fetches scripts the template is Creating; it is asked at most every quarter of a minute."""
    done_at = clock.time + 150

    def get(seen: Seen) -> Answer:
        state = "Succeeded" if clock.time >= done_at else "Creating"
        service.templates["t"]["properties"]["provisioningState"] = state
        return service._get(seen)

    wire.on("GET", f"{TEMPLATES}/t", get)

    assert _submit(wire, clock).state == "succeeded"
    assert max(clock.slept) <= 15
    assert len(clock.slept) < 20


def test_a_submission_without_end(wire: Wire, clock: HandClock, service: ImageBuilder) -> None:
    """A template that is Creating for ever runs into the deadline, with its name."""
    wire.on(
        "GET", f"{TEMPLATES}/t", Answer(body={"id": f"{TEMPLATES}/t", "properties": {"provisioningState": "Creating"}})
    )

    with pytest.raises(DeadlinePassed, match='Gave up waiting for the image template "t" after 900 s'):
        _submit(wire, clock)


@pytest.mark.parametrize(("job_key", "ours"), [("k1", True), ("k2", False)])
def test_a_conflict_with_our_own_request(
    wire: Wire, clock: HandClock, service: ImageBuilder, job_key: str, ours: bool
) -> None:
    """A repeated PUT that finds the template of this very job goes on; one of another job is a conflict."""

    def put(seen: Seen) -> Answer:
        service._put(seen)
        service.templates["t"]["tags"] = {"imagegate-job-key": job_key}
        return service._put(seen)

    wire.on("PUT", f"{TEMPLATES}/t", put)

    if ours:
        assert _submit(wire, clock).stamp.job_key == "k1"
    else:
        with pytest.raises(ResourceConflict):
            _submit(wire, clock)
