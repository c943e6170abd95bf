"""The end of a build: compared, then signed."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from build_events import TEMPLATE
from fake_image_builder import GROUP
from fake_wire import Answer, Wire
from gate_bench import ORIGIN, STAMP, GateBench
from imagegate.flows.sign_build import sign_build
from imagegate.model import ResourceId, SmokeSpec
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.steps.sign_origin import Signer, Signing
from job_issuer import JobIssuer
from smoke_azure import VERSION_ID

STARTED = datetime(2026, 11, 20, 9, 50, tzinfo=UTC)
ENDED_BEFORE_IT_WAS_PUBLISHED = "2026-11-20T09:55:00Z"
TAGS = {**STAMP.to_tags(), **SmokeSpec().to_tags()}
SENT = SubmittedTemplate(
    id=ResourceId.parse(TEMPLATE),
    body={"tags": STAMP.to_tags(), "properties": {"distribute": [{"runOutputName": "web", "artifactTags": TAGS}]}},
    run_started_at=STARTED,
)


class World:
    """A template after its run, its version, and what was told."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.bench = GateBench(wire, JobIssuer())
        self.notes: list[str] = []
        self.template: dict[str, Any] = copy.deepcopy(dict(SENT.body)) | {"id": TEMPLATE}
        self.run = {"runState": "Succeeded", "startTime": f"{STARTED:%Y-%m-%dT%H:%M:%SZ}"}
        self.template["properties"]["lastRunStatus"] = self.run
        outputs = {"originContainerUrl": {"type": "String", "value": ORIGIN}}
        body = {"id": GROUP, "properties": {"provisioningState": "Succeeded", "outputs": outputs}}
        wire.on("GET", ".*/deployments/imagegate-foundation", Answer(body=body))
        wire.on("GET", TEMPLATE, lambda _seen: Answer(body=self.template))

    def sign(self, *artifacts: str, late: bool = False, why_not: str = "") -> Signing:
        """Sign what the run put out."""
        signer = Signer(token_of=self.bench.issuer.mint, why_not=why_not)
        found = {str(index): one for index, one in enumerate(artifacts or (VERSION_ID,))}
        return sign_build(self.bench.cloud, signer, SENT, found, note=self.notes.append, late=late)


@pytest.fixture
def world(wire: Wire) -> World:
    """A template that is as it was sent."""
    return World(wire)


def test_what_is_as_sent_is_signed(world: World) -> None:
    """Nothing is told of a template that is what was sent."""
    assert world.sign() == Signing(signed=(VERSION_ID,))
    assert world.notes == []


def test_a_run_without_a_gallery_version(world: World) -> None:
    """A managed image or a VHD is signed by nobody, so nothing is asked."""
    assert world.sign("https://a.blob.example/vhd", "/subscriptions/s/images/web") == Signing()
    assert world.wire.seen == []


@pytest.mark.parametrize(("late", "signed"), [(True, True), (False, False)])
def test_late_replication(world: World, *, late: bool, signed: bool) -> None:
    """A version that is published after the end of its run is signed only where its replication was waited for."""
    world.run["endTime"] = ENDED_BEFORE_IT_WAS_PUBLISHED

    assert bool(world.sign(late=late).signed) is signed


@pytest.mark.parametrize(("why_not", "retry"), [("", True), ("no token", False)])
def test_a_template_that_cannot_be_read(world: World, why_not: str, *, retry: bool) -> None:
    """A service that fails is no difference: a job that can sign tries again later."""
    world.wire.on("GET", TEMPLATE, Answer(status=400, body={"error": {"code": "X", "message": "y"}}))

    found = world.sign(why_not=why_not)

    assert found.retry is retry
    assert "could not be compared with what was sent" in found.unsigned[VERSION_ID]


def test_many_differences(world: World) -> None:
    """The first ten are told, the rest counted; the first one is the reason."""
    world.template["properties"] |= {f"key{number:02}": number for number in range(14)}

    reason = world.sign().unsigned[VERSION_ID]

    assert reason.endswith("(properties.key00: sent nothing, found 0)")
    assert len(world.notes) == 11
    assert world.notes[-1] == "not as sent: 4 more"


def test_a_job_without_tokens_tells_the_difference(world: World) -> None:
    """A difference is the reason, also where the job could not sign anyway; without one, it is the missing token."""
    assert world.sign(why_not="no token").unsigned == {VERSION_ID: "no token"}
    world.template["zones"] = ["1"]
    assert "zones" in world.sign(why_not="no token").unsigned[VERSION_ID]
