"""Ends of operations as events of Resource Manager."""

import json
from pathlib import Path
from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from localazure.arm.resource_id import ResourceId
from localazure.events.event import Event
from localazure.events.resource_events import resource_event, sources_of, subject_of
from localazure.long_running import Ending

_IDENTITY = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/someone"


def _told(bench: Bench, method: str, path: str, body: object = None) -> Event:
    bench.endings.clear()
    bench.settled(method, path, body)
    ending = next(one for one in bench.endings if one.request.path == path)
    event = resource_event(ending, ResourceId(RG), bench.cloud)
    assert event is not None
    return event


def test_write_has_every_field_of_the_published_sample(bench: Bench, corpus: Path) -> None:
    """Fields of the event, and of its data, are those of the sample (the request is there as well)."""
    path = corpus / "event-samples/rest-specs/Resources/event-grid-schema/resource_write_success.json"
    sample: dict[str, Any] = json.loads(path.read_text())

    event = _told(bench, "PUT", _IDENTITY, {"location": "westeurope"}).to_event_grid()

    assert set(event) == set(sample)
    assert set(event["data"]) == {*sample["data"], "httpRequest"}
    assert event["eventType"] == "Microsoft.Resources.ResourceWriteSuccess"
    assert event["dataVersion"] == "2"
    assert event["topic"] == RG
    assert event["data"]["operationName"] == "Microsoft.ManagedIdentity/userAssignedIdentities/write"
    assert event["subject"] == event["data"]["resourceUri"] == _IDENTITY


def test_deletion(bench: Bench) -> None:
    """A deletion is told as such."""
    bench.settled("PUT", _IDENTITY, {"location": "westeurope"})

    event = _told(bench, "DELETE", _IDENTITY)

    assert event.type == "Microsoft.Resources.ResourceDeleteSuccess"
    assert event.data["operationName"].endswith("/delete")


@pytest.mark.parametrize(
    ("status", "outcome"), [("Succeeded", "Success"), ("Failed", "Failure"), ("Canceled", "Cancel")]
)
def test_action_speaks_of_its_resource(bench: Bench, status: str, outcome: str) -> None:
    """The subject of an action is the resource, its operation carries the action's name, its type the outcome."""
    bench("POST", f"{_IDENTITY}/run")
    request = bench.endings[-1].request

    event = resource_event(Ending(request=request, status=status), ResourceId(RG), bench.cloud)

    assert event is not None
    assert event.type == f"Microsoft.Resources.ResourceAction{outcome}"
    assert event.subject == _IDENTITY
    assert event.data["operationName"] == "Microsoft.ManagedIdentity/userAssignedIdentities/run/action"
    assert event.data["status"] == status


def test_refused_write_is_a_failure(bench: Bench) -> None:
    """What was refused is told too, as Azure does."""
    bench.endings.clear()
    bench.error("PUT", _IDENTITY, {})

    event = resource_event(bench.endings[-1], ResourceId(RG), bench.cloud)

    assert event is not None
    assert event.type == "Microsoft.Resources.ResourceWriteFailure"


def test_event_appears_at_group_and_subscription() -> None:
    """A resource's events are for its group and for its subscription; a group's own, for both as well."""
    resource = ResourceId(_IDENTITY)

    assert sources_of(resource) == (ResourceId(RG), ResourceId(SUBSCRIPTION))
    assert sources_of(ResourceId(RG)) == (ResourceId(RG), ResourceId(SUBSCRIPTION))


def test_reads_are_not_told(bench: Bench) -> None:
    """Nobody hears of a GET."""
    bench.endings.clear()
    bench("GET", RG)

    assert bench.endings == []


def test_subject_of_a_write_is_its_path(bench: Bench) -> None:
    """Writes and deletions speak of the path itself."""
    bench.endings.clear()
    bench.settled("PUT", _IDENTITY, {"location": "westeurope"})

    assert subject_of(bench.endings[-1]) == ResourceId(_IDENTITY)
