"""Publishing to a custom topic with Azure's own client."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridEvent, EventGridPublisherClient

from localazure.assembly import LocalCloud
from localazure.events.data_plane import AUDIENCE
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA

_API = "2022-06-15"
_DATA_SENDER = "d5a91429-5739-47e2-a06b-3470a27159e7"
_TOPIC = "~/resourceGroups/rg/providers/Microsoft.EventGrid/topics/verdicts"


class _Credential:
    """A token of the cloud's owner for Event Grid."""

    def __init__(self, server: LocalCloud) -> None:
        self._token = server._tokens.mint(server.owner, AUDIENCE)

    def get_token(self, *_: str, **__: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """The token."""
        return AccessToken(self._token, 4102444800)


@pytest.fixture(autouse=True)
def _trust(cloud_server: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this variable reaches Azure's clients."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud_server.ca_bundle))


def _topic(client: Any, hook: Any, schema: str) -> tuple[str, str]:  # noqa: ANN401 - the caller of tests/local
    """A topic with the hook as its subscriber; its endpoint and a key."""
    body = {"location": "westeurope", "properties": {"inputSchema": schema}}
    made = client("PUT", _TOPIC, body, api_version=_API).json()
    destination = {"endpointType": "WebHook", "properties": {"endpointUrl": hook.url}}
    subscription = {"properties": {"destination": destination, "eventDeliverySchema": CLOUD_EVENT_SCHEMA}}
    answer = client.settled("PUT", f"{_TOPIC}/eventSubscriptions/hook", subscription, api_version=_API)
    assert answer.status_code == 201, answer.text
    key = client("POST", f"{_TOPIC}/listKeys", api_version=_API).json()["key1"]
    return made["properties"]["endpoint"], key


def _let_send(client: Any, server: LocalCloud) -> None:  # noqa: ANN401 - as above
    """Assign EventGrid Data Sender on the topic to the owner."""
    subscription = client("GET", "~/resourceGroups/rg").json()["id"].rsplit("/resourceGroups/", 1)[0]
    properties = {
        "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{_DATA_SENDER}",
        "principalId": server.owner.object_id,
    }
    path = f"{_TOPIC}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    assert client("PUT", path, {"properties": properties}, api_version="2022-04-01").status_code == 201


def test_cloud_event_with_a_token(client: Any, hook: Any, cloud_server: LocalCloud) -> None:  # noqa: ANN401 - as above
    """A principal that may send has its CloudEvent come out at the subscriber; to own the topic is not enough."""
    endpoint, _ = _topic(client, hook, CLOUD_EVENT_SCHEMA)
    event = CloudEvent(source="imagegate", type="ImageGate.ImageVersion.Passed", subject="/v", data={"a": 1})

    with EventGridPublisherClient(endpoint, _Credential(cloud_server)) as publisher:
        with pytest.raises(ClientAuthenticationError, match="permission to send data"):
            publisher.send(event)
        _let_send(client, cloud_server)
        publisher.send(event)

    delivered = hook.delivered.get(timeout=20)
    assert delivered["id"] == event.id
    assert delivered["source"] == "imagegate"
    assert delivered["data"] == {"a": 1}


def test_event_grid_event_with_a_key(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """An event of the other schema is taken with a key, and delivered as the CloudEvent that was asked for."""
    endpoint, key = _topic(client, hook, EVENT_GRID_SCHEMA)
    event = EventGridEvent(subject="/v", event_type="Some.Thing", data={"a": 1}, data_version="1")

    with EventGridPublisherClient(endpoint, AzureKeyCredential(key)) as publisher:
        publisher.send([event])

    delivered = hook.delivered.get(timeout=20)
    assert (delivered["type"], delivered["subject"]) == ("Some.Thing", "/v")
    assert delivered["source"].lower().endswith("/topics/verdicts")


def test_wrong_key_is_refused(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """A key that is none of the topic's opens nothing."""
    endpoint, _ = _topic(client, hook, CLOUD_EVENT_SCHEMA)

    with (
        EventGridPublisherClient(endpoint, AzureKeyCredential("guess")) as publisher,
        pytest.raises(ClientAuthenticationError, match="Key not valid"),
    ):
        publisher.send(CloudEvent(source="s", type="t"))


def test_keys_can_be_switched_off(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """With local authentication off, a key is worth nothing."""
    endpoint, key = _topic(client, hook, CLOUD_EVENT_SCHEMA)
    properties = {"inputSchema": CLOUD_EVENT_SCHEMA, "disableLocalAuth": True}
    client("PUT", _TOPIC, {"location": "westeurope", "properties": properties}, api_version=_API)

    with (
        EventGridPublisherClient(endpoint, AzureKeyCredential(key)) as publisher,
        pytest.raises(ClientAuthenticationError),
    ):
        publisher.send(CloudEvent(source="s", type="t"))


def test_event_of_the_other_schema_is_refused(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """A topic takes its own schema only, and says which."""
    endpoint, key = _topic(client, hook, CLOUD_EVENT_SCHEMA)
    event = EventGridEvent(subject="/v", event_type="Some.Thing", data={}, data_version="1")

    with (
        EventGridPublisherClient(endpoint, AzureKeyCredential(key)) as publisher,
        pytest.raises(HttpResponseError, match="'CloudEventV10' schema"),
    ):
        publisher.send(event)
