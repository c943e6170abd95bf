"""The template after the run, compared with what this job sent and noted."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from build_events import TEMPLATE
from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import ServiceRefused
from imagegate.gateway.image_templates import BODY_API_VERSION, ImageTemplates
from imagegate.model import ResourceId
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.steps.compare_template import Compared, compare_template

TEMPLATE_ID = ResourceId.parse(TEMPLATE)
BUILDER = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
CREATED = datetime(2026, 11, 1, 12, 0, 0, 654321, tzinfo=UTC)
STARTED = CREATED + timedelta(minutes=2)
SENT: dict[str, Any] = {
    "location": "westeurope",
    "tags": {"imagegate-job-key": "k"},
    "identity": {"type": "UserAssigned", "userAssignedIdentities": {BUILDER: {}}},
    "properties": {"source": {"type": "PlatformImage"}, "distribute": [{"runOutputName": "web"}]},
}


def found(**times: datetime | None) -> dict[str, Any]:
    """The template as the service answers it after the run."""
    body = copy.deepcopy(SENT) | {"id": TEMPLATE}
    noted = {"createdAt": CREATED, "lastModifiedAt": CREATED, "startTime": STARTED} | times
    body["systemData"] = {name: _text(noted[name]) for name in ("createdAt", "lastModifiedAt") if noted[name]}
    body["properties"]["lastRunStatus"] = {"runState": "Succeeded", "startTime": _text(noted["startTime"])}
    return body


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}9Z" if moment else None


def compared(wire: Wire, body: dict[str, Any] | None, **sent: Any) -> Compared:  # noqa: ANN401 - of a submitted template
    """Compare with what the service answers."""
    gone = {"error": {"code": "ResourceNotFound", "message": "no"}}
    wire.on("GET", TEMPLATE, Answer(status=404, body=gone) if body is None else Answer(body=body))
    noted = {"created_at": CREATED, "modified_at": CREATED, "run_started_at": STARTED} | sent
    submitted = SubmittedTemplate(id=TEMPLATE_ID, body=SENT, **noted)
    return compare_template(ImageTemplates(cloud_on(wire), TEMPLATE_ID.resource_group), submitted)


def test_a_template_that_is_what_was_sent(wire: Wire) -> None:
    """One read, in the api-version of the submission, and nothing differs."""
    result = compared(wire, found())

    assert result.differences == ()
    assert result.run is not None
    assert result.run.started_at == STARTED
    assert [seen.query["api-version"] for seen in wire.seen] == [BODY_API_VERSION]


LATER = CREATED + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({"lastModifiedAt": LATER}, "was changed at 2026-11-01 12:05:00 UTC, after this job wrote it"),
        ({"createdAt": LATER, "lastModifiedAt": LATER}, "was made anew at 2026-11-01 12:05:00 UTC"),
        ({"createdAt": None, "lastModifiedAt": None}, "was made anew at an unknown time"),
        ({"startTime": LATER}, "its last run is not this job's: it started at 2026-11-01 12:05:00 UTC"),
    ],
)
def test_times_show_what_was_changed_back(wire: Wire, times: dict[str, datetime | None], sentence: str) -> None:
    """A template that is as sent, but was changed, made anew or run again meanwhile, differs by its times."""
    (difference,) = compared(wire, found(**times)).differences

    assert difference.endswith(sentence)


def test_a_service_without_times_of_templates(wire: Wire) -> None:
    """Where none were noted after the last write, the times of the template are not compared; the run's start is."""
    body = found(createdAt=None, lastModifiedAt=None)

    assert compared(wire, body, created_at=None, modified_at=None).differences == ()
    assert compared(wire, body, created_at=None, modified_at=None, run_started_at=LATER).differences != ()


@pytest.mark.parametrize("run_started_at", [None, STARTED])
def test_a_run_whose_start_nobody_knows(wire: Wire, run_started_at: datetime | None) -> None:
    """A run without a start cannot be this job's."""
    (difference,) = compared(wire, found(startTime=None), run_started_at=run_started_at).differences

    assert "its last run is not this job's" in difference


def test_the_builder_on_the_build_vm(wire: Wire) -> None:
    """The builder's identity among the build VM's own is a difference of its own, even where it was sent."""
    body = found()
    body["properties"]["vmProfile"] = {"userAssignedIdentities": [BUILDER]}

    assert compared(wire, body).differences[-1] == "the builder's identity is among the build VM's own identities"


def test_a_template_that_is_gone(wire: Wire) -> None:
    """Without a template nothing can be compared."""
    assert compared(wire, None).differences == ("the image template is gone",)


def test_a_template_that_cannot_be_read(wire: Wire) -> None:
    """A service that fails is an error of its own: it says nothing about the template."""
    wire.on("GET", TEMPLATE, Answer(status=400, body={"error": {"code": "X", "message": "y"}}))
    submitted = SubmittedTemplate(id=TEMPLATE_ID, body=SENT)

    with pytest.raises(ServiceRefused):
        compare_template(ImageTemplates(cloud_on(wire), TEMPLATE_ID.resource_group), submitted)
