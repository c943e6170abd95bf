"""What a post step ends, signs and removes, and what it leaves alone."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from azure_builds import template_body
from build_events import TEMPLATE
from fake_image_builder import GROUP
from fake_wire import Answer, Wire, cloud_on
from gate_bench import ORIGIN, STAMP, GateBench
from imagegate.flows.end_leftover import end_found_builds, end_left_build
from imagegate.model import ResourceId, SmokeSpec
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.progress import Silent
from imagegate.steps.sign_origin import Signer
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID

TEMPLATE_ID = ResourceId.parse(TEMPLATE)
KEY = {"imagegate-job-key": STAMP.job_key}
NOT_YET = "0001-01-01T00:00:00Z"
STARTED = datetime(2026, 11, 20, 9, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "key", "cancelled"),
    [
        ("Running", STAMP.job_key, True),
        ("Running", "another", False),
        ("Running", "", False),
        ("Failed", STAMP.job_key, False),
        ("Succeeded", STAMP.job_key, False),
    ],
)
def test_only_our_own_run_is_cancelled(wire: Wire, state: str, key: str, *, cancelled: bool) -> None:
    """A run that goes on under the job's key is cancelled; one of another job, or one that ended, stays as it is."""
    ended = NOT_YET if state == "Running" else "2026-11-21T12:00:00Z"
    wire.on("GET", TEMPLATE, Answer(body=template_body(state, tags=KEY, ended=ended)))
    wire.on("POST", f"{TEMPLATE}/cancel", Answer(status=202))

    assert end_left_build(cloud_on(wire), TEMPLATE_ID, key, Silent()) is cancelled

    assert len(wire.calls("POST", f"{TEMPLATE}/cancel")) == int(cancelled)
    assert wire.calls("DELETE", ".*") == []


def test_a_run_that_is_being_cancelled(wire: Wire) -> None:
    """A conflict says that the run ends already."""
    wire.on("GET", TEMPLATE, Answer(body=template_body("Canceling", tags=KEY, ended=NOT_YET)))
    busy = {"error": {"code": "OperationNotAllowed", "message": "run state: canceling."}}
    wire.on("POST", f"{TEMPLATE}/cancel", Answer(status=409, body=busy))

    assert end_left_build(cloud_on(wire), TEMPLATE_ID, STAMP.job_key, Silent())


def test_a_template_that_never_ran_is_removed(wire: Wire) -> None:
    """A job that was killed between submission and run leaves a template without logs."""
    wire.on("GET", TEMPLATE, Answer(body=template_body(None, tags=KEY)))
    wire.on("DELETE", TEMPLATE, Answer(status=202))

    assert not end_left_build(cloud_on(wire), TEMPLATE_ID, STAMP.job_key, Silent())

    assert len(wire.calls("DELETE", TEMPLATE)) == 1


def test_a_template_that_is_gone(wire: Wire) -> None:
    """Without the template there is no run either."""
    wire.on("GET", TEMPLATE, Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "no"}}))

    assert not end_left_build(cloud_on(wire), TEMPLATE_ID, STAMP.job_key, Silent())


def test_runs_are_found_by_the_part_of_their_key(wire: Wire) -> None:
    """Without any state, the running template of this job and image is cancelled, and no other."""
    group = TEMPLATE.rpartition("/")[0]
    own = {"imagegate-job-key": "j" * 16 + "r" * 16, "imagegate-image": "web"}
    other = own | {"imagegate-job-key": "o" * 16 + "j" * 16}
    tags = {"mine": own, "db": own | {"imagegate-image": "db"}, "old": other, "bare": {}}
    bodies = {
        name: template_body("Running", template_id=f"{group}/{name}", tags=given, ended=NOT_YET)
        for name, given in tags.items()
    }
    bodies["over"] = template_body("Failed", template_id=f"{group}/over", tags=own)
    wire.on("GET", group, Answer(body={"value": list(bodies.values())}))
    for name, body in bodies.items():
        wire.on("GET", f"{group}/{name}", Answer(body=body))
        wire.on("POST", f"{group}/{name}/cancel", Answer(status=202))
    cloud = cloud_on(wire)

    assert end_found_builds(cloud, TEMPLATE_ID.resource_group, "j" * 16, "web", Silent()) == 1
    assert [seen.path.rsplit("/", 2)[1] for seen in wire.calls("POST", ".*")] == ["mine"]
    assert end_found_builds(cloud, TEMPLATE_ID.resource_group, "", "web", Silent()) == 0


@pytest.fixture
def sent() -> SubmittedTemplate:
    """What the killed job sent and noted."""
    tags = {**STAMP.to_tags(), **SmokeSpec().to_tags()}
    distributor = {"type": "SharedImage", "runOutputName": "gallery", "artifactTags": tags}
    distributor["galleryImageId"] = str(ResourceId.parse(VERSION_ID).parent)
    body = {"tags": STAMP.to_tags(), "properties": {"distribute": [distributor]}}
    return SubmittedTemplate(id=TEMPLATE_ID, body=body, run_started_at=STARTED)


@pytest.fixture
def after_run(wire: Wire, sent: SubmittedTemplate) -> GateBench:
    """A run that succeeded, its version, and a container for proofs."""
    outputs = {"originContainerUrl": {"type": "String", "value": ORIGIN}}
    body = {"id": GROUP, "properties": {"provisioningState": "Succeeded", "outputs": outputs}}
    wire.on("GET", ".*/deployments/imagegate-foundation", Answer(body=body))
    output = {"name": "gallery", "properties": {"artifactId": VERSION_ID}}
    wire.on("GET", f"{TEMPLATE}/runOutputs", Answer(body={"value": [output]}))
    wire.on("DELETE", TEMPLATE, Answer(status=202))
    run = {"runState": "Succeeded", "startTime": f"{STARTED:%Y-%m-%dT%H:%M:%SZ}", "endTime": "2026-11-20T10:05:00Z"}
    template: dict[str, Any] = copy.deepcopy(dict(sent.body)) | {"id": TEMPLATE}
    template["properties"]["lastRunStatus"] = run
    wire.on("GET", TEMPLATE, Answer(body=template))
    return GateBench(wire, JobIssuer())


@pytest.fixture
def end(wire: Wire, after_run: GateBench) -> Callable[[SubmittedTemplate | None], bool]:
    """Run the post step's part."""
    signer = Signer(token_of=after_run.issuer.mint)
    return lambda submitted: end_left_build(
        cloud_on(wire), TEMPLATE_ID, STAMP.job_key, Silent(), submitted=submitted, signer=signer
    )


def test_what_the_main_step_could_not_sign(
    wire: Wire, after_run: GateBench, sent: SubmittedTemplate, end: Callable[[SubmittedTemplate | None], bool]
) -> None:
    """A run that succeeded before its job was killed is compared and signed, and its template removed."""
    end(sent)

    (name,) = after_run.blobs.blobs
    assert name.startswith(f"/origin/{after_run.statement.digest}/")
    assert len(wire.calls("DELETE", TEMPLATE)) == 1


def test_a_run_of_somebody_else_is_not_signed(
    after_run: GateBench, sent: SubmittedTemplate, end: Callable[[SubmittedTemplate | None], bool]
) -> None:
    """The comparison is the main step's: a job that was killed before it saw its run signs none."""
    end(SubmittedTemplate(id=sent.id, body=sent.body))

    assert after_run.blobs.blobs == {}


def test_without_what_was_sent_nothing_is_signed(
    wire: Wire, after_run: GateBench, end: Callable[[SubmittedTemplate | None], bool]
) -> None:
    """What cannot be compared stays unsigned, and its template with its logs until it expires."""
    end(None)

    assert after_run.blobs.blobs == {}
    assert wire.calls("DELETE", TEMPLATE) == []


def test_outputs_that_are_not_as_promised(
    wire: Wire, after_run: GateBench, sent: SubmittedTemplate, end: Callable[[SubmittedTemplate | None], bool]
) -> None:
    """A run without the promised output is not signed, and no error of the post step."""
    wire.on("GET", f"{TEMPLATE}/runOutputs", Answer(body={"value": []}))

    end(sent)

    assert after_run.blobs.blobs == {}
