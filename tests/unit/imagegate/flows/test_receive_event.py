"""From an event to what follows from it."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from durabletask.client import OrchestrationQuery, TaskHubGrpcClient

from azure_builds import STAMP, put_build, template_body, version_body
from build_events import DEFINITION, TEMPLATE, VERSION, as_cloud_event, run_event, text, version_event
from durable_client import idle_engine
from fake_blobs import FakeBlobs
from fake_wire import Answer, Wire, cloud_on
from function_environment import function_settings
from imagegate.errors import ServiceRefused
from imagegate.flows.receive_event import Reception, receive_again, receive_event
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import ImageVersion
from imagegate.model.version_record import VersionRecord
from imagegate.settings.function_settings import FunctionSettings


@pytest.fixture
def client() -> Iterator[TaskHubGrpcClient]:
    """A client of the real engine."""
    with idle_engine() as found:
        yield found


@pytest.fixture
def settings() -> FunctionSettings:
    """The least that can be set."""
    return function_settings()


class _Desk:
    def __init__(self, wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
        self._client = client
        self.records = Records(Container(cloud_on(wire), "https://proofs.example/records"))
        self.guarded: list[str] = []
        self._parts = {
            "state": BuildState(cloud_on(wire)),
            "records": self.records,
            "scheduler": Scheduler(client),
            "settings": settings,
            "guard": lambda definition_id: self.guarded.append(str(definition_id)),
        }

    def __call__(self, event: object) -> Reception:
        (found,) = receive_event(text(event), **self._parts)  # type: ignore[arg-type]  # parts by their names
        return found

    def again(self, job: dict[str, object]) -> str:
        """Why the event of that job is still early."""
        return receive_again(job, **self._parts)["early"]  # type: ignore[arg-type]  # as above

    def started(self) -> list[tuple[str, dict[str, object]]]:
        """Names and jobs of what was scheduled."""
        return [
            (state.name, json.loads(state.serialized_input or "null"))
            for state in self._client.get_all_orchestration_states(OrchestrationQuery(fetch_inputs_and_outputs=True))
        ]


@pytest.fixture
def desk(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> _Desk:
    """Takes events in, over the test's wire."""
    FakeBlobs(wire, "records")
    return _Desk(wire, client, settings)


@pytest.mark.parametrize("event", [run_event(), as_cloud_event(run_event()), version_event()])
def test_build_that_brought_a_version_is_verified(wire: Wire, desk: _Desk, event: dict[str, object]) -> None:
    """Either event of a good build, in either schema, starts the verification of its version."""
    put_build(wire)

    assert desk(event) is Reception.SCHEDULED

    ((name, job),) = desk.started()
    assert name == "verify_for_commit"
    assert job["image_version_id"] == VERSION
    assert job["resource_group"] == "rg-images-smoke"
    assert job["limit_s"] == 23 * 3600  # before the status is given up
    assert (job["repository"], job["commit"]) == (STAMP["imagegate-repository"], STAMP["imagegate-commit"])


def test_duplicates_in_any_order_start_one_instance(wire: Wire, desk: _Desk) -> None:
    """Ten deliveries of both events, in any order, in any capitals, come to one verification."""
    put_build(wire)
    events = [run_event(), version_event(), version_event(subject=VERSION.upper())] * 10
    wire.on("GET", VERSION, Answer(body=version_body(version_id=VERSION.lower())), Answer(body=version_body()))
    random.Random(4711).shuffle(events)  # noqa: S311 - a fixed order

    receptions = [desk(event) for event in events]

    assert receptions.count(Reception.SCHEDULED) == 1
    assert receptions.count(Reception.KNOWN) == len(events) - 1
    assert len(desk.started()) == 1


def test_another_build_of_the_same_number_is_another_instance(wire: Wire, desk: _Desk) -> None:
    """A version that was deleted and built anew by another run is verified anew."""
    put_build(wire)
    desk(version_event())
    wire.on("GET", VERSION, Answer(body=version_body(tags={**STAMP, "imagegate-run": "4712"})))

    assert desk(version_event(event_id="later")) is Reception.SCHEDULED
    assert len(desk.started()) == 2


@pytest.mark.parametrize("state", ["Failed", "Canceled"])
def test_build_that_brought_none_is_closed(wire: Wire, desk: _Desk, state: str) -> None:
    """A failed or cancelled run starts the closing of its commit's statuses, once."""
    put_build(wire, template=template_body(state))

    receptions = [desk(run_event(outcome)) for outcome in ("Failure", "Cancel", "Success")]

    assert receptions == [Reception.SCHEDULED, Reception.KNOWN, Reception.KNOWN]
    ((name, job),) = desk.started()
    assert name == "close_failed_build"
    assert job["template_id"] == TEMPLATE


def test_the_template_is_believed_and_not_the_event(wire: Wire, desk: _Desk) -> None:
    """An event of failure for a run that ended well starts the verification."""
    put_build(wire)

    desk(run_event("Failure"))

    assert [name for name, _ in desk.started()] == ["verify_for_commit"]


def test_our_own_promotion_is_recognised(wire: Wire, desk: _Desk) -> None:
    """The write that promoted the version starts nothing: its record has a verdict."""
    put_build(wire)
    record = VersionRecord.of(ImageVersion.from_arm(version_body()))
    desk.records.write(replace(record, verdict="passed"), etag=None)

    assert desk(version_event()) is Reception.DROPPED
    assert desk(run_event()) is Reception.DROPPED
    assert desk.started() == []


def test_tag_is_no_verdict(wire: Wire, desk: _Desk) -> None:
    """A version that carries a verdict's tag and has no record is verified."""
    put_build(wire, version=version_body(tags={**STAMP, "imagegate-verdict": "passed"}))

    assert desk(version_event()) is Reception.SCHEDULED


def test_guard_looks_at_every_version_that_is_written(wire: Wire, desk: _Desk) -> None:
    """Also at one that imagegate did not build, or that is not ready; not at those of groups of others."""
    put_build(wire, version=version_body("Updating", tags={}))

    desk(version_event())
    desk(version_event(subject=VERSION.replace("/rg-images/", "/rg-of-others/")))

    assert desk.guarded == [DEFINITION]


def test_versions_of_others_are_left_alone(wire: Wire, desk: _Desk) -> None:
    """A version without a tag of ours, and a template without our stamp, are none of our business."""
    put_build(wire, template=template_body(tags={"owner": "somebody"}), version=version_body(tags={"owner": "else"}))

    assert desk(version_event()) is Reception.DROPPED
    assert desk(run_event()) is Reception.DROPPED


@pytest.mark.parametrize("state", ["Creating", "updating"])
def test_unfinished_version_is_waited_for(wire: Wire, desk: _Desk, state: str) -> None:
    """A version that is still being made fails no delivery: an orchestration waits for it, once an event."""
    put_build(wire, version=version_body(state))

    assert [desk(version_event()), desk(version_event())] == [Reception.WAITED_FOR, Reception.KNOWN]

    ((name, job),) = desk.started()
    assert (name, job["resource_id"], job["limit_s"]) == ("receive_later", VERSION, 86400)
    assert "A Person" not in json.dumps(job)


def test_unfinished_run_is_waited_for(wire: Wire, desk: _Desk) -> None:
    """A run whose end is year 1 has not ended; the event was early, and looked at again later it is handled."""
    put_build(wire, template=template_body("Running", ended="0001-01-01T00:00:00Z"))

    assert desk(run_event()) is Reception.WAITED_FOR

    ((_, job),) = desk.started()
    assert "not over" in desk.again(job)
    put_build(wire)
    assert desk.again(job) == ""
    assert {name for name, _ in desk.started()} == {"receive_later", "verify_for_commit"}


def test_event_of_an_earlier_run_does_not_wait_for_the_next(wire: Wire, desk: _Desk) -> None:
    """When another run has begun after the event, its end will bring an event of its own."""
    running = template_body("Running", started="2026-11-21T12:30:00Z", ended="0001-01-01T00:00:00Z")
    put_build(wire, template=running)

    assert desk(run_event()) is Reception.DROPPED


def test_what_is_gone_is_dropped(wire: Wire, desk: _Desk) -> None:
    """An event about something that was deleted since starts nothing."""
    wire.on("GET", "/.*", Answer(status=404, body={"error": {"code": "NotFound", "message": "gone"}}))

    assert desk(version_event()) is Reception.DROPPED
    assert desk(run_event()) is Reception.DROPPED


def test_refusal_of_azure_asks_for_another_delivery(wire: Wire, desk: _Desk) -> None:
    """When Azure cannot be asked the event must come again, so the error goes out."""
    wire.on("GET", "/.*", Answer(status=500, body={"error": {"code": "InternalServerError", "message": "sorry"}}))

    with pytest.raises(ServiceRefused):
        desk(version_event())


def test_foreign_event_asks_nobody(wire: Wire, desk: _Desk) -> None:
    """What is not about a build is dropped without a request."""
    assert desk({**version_event(), "eventType": "Microsoft.Storage.BlobCreated"}) is Reception.DROPPED
    assert wire.seen == []


def test_log_holds_no_claims(wire: Wire, desk: _Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Names and addresses of people in an event never reach the log."""
    put_build(wire)
    with caplog.at_level("DEBUG", logger="imagegate"):
        desk(version_event())
        desk(version_event(subject="nothing"))

    assert "dropped event version-1" in caplog.text
    assert "A Person" not in caplog.text
    assert "192.0.2.7" not in caplog.text


@pytest.mark.parametrize("event", [run_event(), version_event()])
@pytest.mark.parametrize(
    ("here", "elsewhere"),
    [
        ("/resourceGroups/rg-images/", "/resourceGroups/rg-of-others/"),
        ("/subscriptions/1", "/subscriptions/2"),
    ],
)
def test_what_is_not_in_our_charge_is_dropped_unasked(
    wire: Wire, desk: _Desk, event: dict[str, object], here: str, elsewhere: str
) -> None:
    """An event may speak of any group and subscription: only those of the settings are asked about."""
    foreign = {**event, "subject": str(event["subject"]).replace(here, elsewhere)}

    assert desk(foreign) is Reception.DROPPED
    assert wire.seen == []
    assert desk.started() == []


def test_output_in_a_gallery_of_others_is_dropped(wire: Wire, desk: _Desk) -> None:
    """A run may put its version anywhere; it is verified where the settings say that galleries are."""
    elsewhere = VERSION.replace("/rg-images/", "/rg-of-others/")
    put_build(wire, version=version_body(version_id=elsewhere))

    assert desk(run_event()) is Reception.DROPPED
    assert desk.started() == []


def test_giant_event_is_an_event_like_any_other(wire: Wire, desk: _Desk) -> None:
    """As large as Event Grid lets an event be: what we do not look at may be of any size and depth."""
    put_build(wire)
    event = version_event()
    nested: object = "x" * 1_000_000
    for _ in range(200):
        nested = {"deeper": nested}

    assert desk({**event, "data": {**dict(event["data"]), "claims": nested}}) is Reception.SCHEDULED
