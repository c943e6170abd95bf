"""Where events lie that were given up, and who may put them there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from localazure.access.decisions import ASSIGNMENT_TYPE
from localazure.arm.resource_id import ResourceId
from localazure.events.dead_letters import bury, letter_container
from localazure.events.delivery import Delivery
from localazure.events.event import CLOUD_EVENT_SCHEMA, Event
from localazure.store import Blob, Document

_ACCOUNT = f"{RG}/providers/Microsoft.Storage/storageAccounts/letters"
_CONTAINER = f"{_ACCOUNT}/blobServices/default/containers/dead"
_IDENTITY = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/topics"
_HOOK = f"{RG}/providers/Microsoft.EventGrid/systemTopics/group/eventSubscriptions/hook"
_PLACE = {"endpointType": "StorageBlob", "properties": {"resourceId": _ACCOUNT, "blobContainerName": "dead"}}
_AS_IDENTITY = {
    "deadLetterDestination": None,
    "deadLetterWithResourceIdentity": {
        "identity": {"type": "UserAssigned", "userAssignedIdentity": _IDENTITY},
        "deadLetterDestination": _PLACE,
    },
}
_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


@pytest.fixture
def letters(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[Blob]:
    """What was written; there are an account that takes no keys, and an identity without rights."""
    written: list[Blob] = []
    monkeypatch.setattr(bench.cloud.store, "put_blob", written.append)
    bench.cloud.store.put(_ACCOUNT, {"properties": {"allowSharedKeyAccess": False}})
    bench.settled("PUT", _IDENTITY, {"location": "westeurope"})
    return written


def _bury(bench: Bench, properties: dict[str, Any]) -> None:
    event = Event.from_cloud_event({"specversion": "1.0", "id": "1", "source": "s", "type": "t", "subject": "/x"})
    delivery = Delivery(event=event, subscription_id=ResourceId(_HOOK), published_at=bench.clock.now(), attempts=3)
    body = {"properties": {"eventDeliverySchema": CLOUD_EVENT_SCHEMA, **properties}}
    subscription: Document = bench.cloud.store.put(_HOOK, body)
    bury(bench.cloud, delivery, subscription, "MaxDeliveryAttemptsExceeded")


def _let_write(bench: Bench) -> None:
    found = bench.cloud.store.get(_IDENTITY)
    assert found is not None
    properties = {
        "principalId": found.body["properties"]["principalId"],
        "roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{_CONTRIBUTOR}",
        "scope": _CONTAINER,
    }
    bench.cloud.store.put(f"{_CONTAINER}/providers/{ASSIGNMENT_TYPE}/1", {"properties": properties})


def test_container_is_named_in_either_way() -> None:
    """The destination is found with and without an identity, and is None where events are dropped."""
    assert str(letter_container(_AS_IDENTITY)) == str(letter_container({"deadLetterDestination": _PLACE})) == _CONTAINER
    assert letter_container({"deadLetterDestination": None}) is None


def test_identity_with_the_right_writes(bench: Bench, letters: list[Blob]) -> None:
    """An identity that may write blobs there leaves the event with what became of it, though no key is taken."""
    _let_write(bench)

    _bury(bench, _AS_IDENTITY)

    (blob,) = letters
    assert (blob.account, blob.container) == ("letters", "dead")
    (event,) = json.loads(blob.content)
    assert event["deadletterreason"] == "MaxDeliveryAttemptsExceeded"


@pytest.mark.parametrize("properties", [_AS_IDENTITY, {"deadLetterDestination": _PLACE}])
def test_event_that_may_not_be_written_is_lost(
    bench: Bench, letters: list[Blob], caplog: pytest.LogCaptureFixture, properties: dict[str, Any]
) -> None:
    """Without the right, or without an identity where the account takes no keys, the event is lost and that is told."""
    _bury(bench, properties)

    assert letters == []
    assert "may not write its dead letters" in caplog.text
