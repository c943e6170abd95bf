"""The net under lost events."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from durabletask.client import TaskHubGrpcClient

from azure_builds import STAMP, put_build, template_body, version_body
from build_events import DEFINITION, TEMPLATE, text, version_event
from durable_client import idle_engine
from fake_blobs import FakeBlobs
from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from function_environment import function_settings
from imagegate.flows.receive_event import receive_event
from imagegate.flows.reconcile import Reconciled, reconcile
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import ImageVersion
from imagegate.model.version_record import VersionRecord
from imagegate.settings.function_settings import FunctionSettings

_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images"
_NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[TaskHubGrpcClient]:
    """A client of the real engine."""
    with idle_engine() as found:
        yield found


@pytest.fixture
def settings() -> FunctionSettings:
    """Groups, and a limit of a day."""
    return function_settings()


@pytest.fixture(autouse=True)
def blobs(wire: Wire) -> FakeBlobs:
    """The container of records."""
    return FakeBlobs(wire, "records")


def _look(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> Reconciled:
    return reconcile(
        state=BuildState(cloud_on(wire)),
        records=_records(wire),
        scheduler=Scheduler(client),
        settings=settings,
        now=_NOW,
    )


def _records(wire: Wire) -> Records:
    return Records(Container(cloud_on(wire), "https://proofs.example/records"))


def _put(wire: Wire, *, templates: list[dict[str, object]], versions: list[dict[str, object]]) -> None:
    gallery = DEFINITION.rsplit("/images/", 1)[0]
    wire.on("GET", f"{_GROUP}/providers/Microsoft.Compute/galleries", Answer(body={"value": [{"id": gallery}]}))
    wire.on("GET", f"{gallery}/images", Answer(body={"value": [{"id": DEFINITION}]}))
    wire.on("GET", f"{DEFINITION}/versions", Answer(body={"value": versions}))
    path = f"{_GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates"
    wire.on("GET", path, Answer(body={"value": templates}))


def test_lost_events_are_made_up_for_once(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
    """A version without a verdict and a failed run are taken up by the first look, and by no later one."""
    _put(wire, templates=[template_body("Failed")], versions=[version_body()])

    first, second = (_look(wire, client, settings) for _ in range(2))

    assert first == Reconciled(verifications=1, closings=1, given_up=0)
    assert second == Reconciled(verifications=0, closings=0, given_up=0)


def test_what_an_event_started_is_known(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
    """The timer uses the names that events use."""
    put_build(wire)
    _put(wire, templates=[], versions=[version_body()])
    state, scheduler = BuildState(cloud_on(wire)), Scheduler(client)
    receive_event(
        text(version_event()),
        state=state,
        records=_records(wire),
        scheduler=scheduler,
        settings=settings,
        guard=lambda _: None,
    )

    assert _look(wire, client, settings).verifications == 0


@pytest.mark.parametrize(("verdict", "started"), [("passed", 0), ("", 1)])
def test_records_and_no_tag_say_what_is_verified(
    wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings, verdict: str, started: int
) -> None:
    """A version whose tag says passed is verified unless its record has a verdict."""
    version = version_body(tags={**STAMP, "imagegate-verdict": "passed"})
    record = VersionRecord.of(ImageVersion.from_arm(version))
    _records(wire).write(replace(record, verdict=verdict), etag=None)
    _put(wire, templates=[], versions=[version])

    assert _look(wire, client, settings) == Reconciled(verifications=started, closings=0, given_up=0)


def test_old_version_of_an_older_release(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
    """Its verdict is in a tag alone: no status that was right is closed as an error."""
    old = version_body(published="2026-11-20T12:59:00Z", tags={**STAMP, "imagegate-verdict": "passed"})
    _put(wire, templates=[], versions=[old])

    assert _look(wire, client, settings).given_up == 0


def test_what_needs_nothing_is_left_alone(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
    """Foreign versions, unfinished versions and good, running or foreign templates start nothing."""
    versions = [
        version_body(tags={}),
        version_body("Creating"),
    ]
    templates = [template_body(state) for state in ("Succeeded", "Running", None)] + [template_body("Failed", tags={})]
    _put(wire, templates=templates, versions=versions)

    assert _look(wire, client, settings) == Reconciled(verifications=0, closings=0, given_up=0)


def test_version_that_waited_too_long_is_given_up(
    wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings
) -> None:
    """After the limit the status is closed instead, once."""
    _put(wire, templates=[], versions=[version_body(published="2026-11-20T12:59:00Z")])

    first, second = (_look(wire, client, settings) for _ in range(2))

    assert first == Reconciled(verifications=0, closings=0, given_up=1)
    assert second.given_up == 0


def test_old_failures_are_not_told_again(wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings) -> None:
    """A run that failed before the limit is history, even for an engine that has forgotten it."""
    old = template_body("Failed", template_id=TEMPLATE, started="2026-11-19T11:00:00Z", ended="2026-11-19T12:00:00Z")
    _put(wire, templates=[old], versions=[])

    assert _look(wire, client, settings).closings == 0


def test_a_record_that_cannot_be_read_keeps_no_other_waiting(
    wire: Wire, client: TaskHubGrpcClient, settings: FunctionSettings, blobs: FakeBlobs
) -> None:
    """A record that is cut off is passed over, and the next version is verified."""
    broken, good = version_body(), version_body()
    good["id"] = f"{good['id']}9"
    record = VersionRecord.of(ImageVersion.from_arm(broken))
    blobs.write(f"/records/{record.name}", b"{")
    _put(wire, templates=[], versions=[broken, good])

    assert _look(wire, client, settings).verifications == 1
