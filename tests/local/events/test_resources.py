"""Topics and event subscriptions as resources."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.assembly import LocalCloud
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA

_API = "2022-06-15"
_GRID = "~/resourceGroups/rg/providers/Microsoft.EventGrid"
_SYSTEM_TOPIC = f"{_GRID}/systemTopics/group"
_TOPIC = f"{_GRID}/topics/verdicts"
_IDENTITY = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/someone"


def _system_topic(client: Any, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - the caller of tests/local
    source = client("GET", "~/resourceGroups/rg").json()["id"]
    properties = {"source": source, "topicType": "Microsoft.Resources.ResourceGroups", **changes.pop("properties", {})}
    return {"location": "global", "properties": properties, **changes}


def _made(client: Any) -> Any:  # noqa: ANN401 - as above
    answer = client("PUT", _SYSTEM_TOPIC, _system_topic(client), api_version=_API)
    assert answer.status_code == 201, answer.text
    return answer


def _hook_body(url: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    destination = {"endpointType": "WebHook", "properties": {"endpointUrl": url}}
    return {"properties": {"destination": destination, **properties}}


def test_system_topic_of_a_group(client: Any) -> None:  # noqa: ANN401 - as above
    """It is made, read, listed, tagged and removed."""
    made = _made(client).json()

    assert made["type"] == "Microsoft.EventGrid/systemTopics"
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert client("GET", _SYSTEM_TOPIC, api_version=_API).json() == made
    listed = client("GET", "~/providers/Microsoft.EventGrid/systemTopics", api_version=_API).json()["value"]
    assert [entry["name"] for entry in listed] == ["group"]
    changed = client("PATCH", _SYSTEM_TOPIC, {"tags": {"a": "b"}}, api_version=_API).json()
    assert changed["tags"] == {"a": "b"}
    assert client.settled("DELETE", _SYSTEM_TOPIC, api_version=_API).status_code == 202
    assert client("DELETE", _SYSTEM_TOPIC, api_version=_API).status_code == 204


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"properties": {"topicType": "justtesting"}}, "Unrecognized topic type justtesting"),
        ({"properties": {"source": "/subscriptions/x"}}, "is not of the topic type"),
        ({"location": "westeurope"}, "'global'"),
    ],
)
def test_impossible_system_topic_is_refused(client: Any, change: dict[str, Any], words: str) -> None:  # noqa: ANN401
    """Each refusal carries the service's code and words."""
    refused = client("PUT", _SYSTEM_TOPIC, _system_topic(client, **change), api_version=_API)

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "InvalidRequest"
    assert words in refused.json()["error"]["message"]


def test_one_system_topic_a_source(client: Any) -> None:  # noqa: ANN401 - as above
    """A second topic of the same group is refused, and the first may be written again."""
    _made(client)

    second = client("PUT", f"{_GRID}/systemTopics/other", _system_topic(client), api_version=_API)

    assert "Only one system topic is allowed per source." in second.json()["error"]["message"]
    assert client("PUT", _SYSTEM_TOPIC, _system_topic(client), api_version=_API).status_code == 200


@pytest.mark.parametrize("schema", [EVENT_GRID_SCHEMA, CLOUD_EVENT_SCHEMA])
def test_webhook_is_asked_and_then_served(client: Any, hook: Any, schema: str) -> None:  # noqa: ANN401 - as above
    """The endpoint agrees in the schema's own way, and the next event of the group reaches it."""
    _made(client)
    path = f"{_SYSTEM_TOPIC}/eventSubscriptions/hook"

    body = _hook_body(hook.url, eventDeliverySchema=schema)
    accepted = client.settled("PUT", path, body, api_version=_API)

    assert accepted.status_code == 201
    assert accepted.json()["properties"]["provisioningState"] == "Creating"
    assert len(hook.handshakes) == 1
    shown = client("GET", path, api_version=_API).json()["properties"]
    assert shown["provisioningState"] == "Succeeded"
    assert shown["retryPolicy"] == {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440}
    client.settled("PUT", _IDENTITY, {"location": "westeurope"}, api_version="2023-01-31")
    bodies = [hook.delivered.get(timeout=20) for _ in range(2)]  # its own creation as well, in no order
    subjects = [(body if schema == CLOUD_EVENT_SCHEMA else body[0])["subject"] for body in bodies]
    assert {subject.rsplit("/", 1)[-1] for subject in subjects} == {"hook", "someone"}
    client.settled("DELETE", path, api_version=_API)
    assert client("GET", path, api_version=_API).status_code == 404


def test_secret_of_a_webhook_is_not_shown(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """Reading shows the URL without its query; the whole URL has an action of its own."""
    _made(client)
    path = f"{_SYSTEM_TOPIC}/eventSubscriptions/hook"
    client.settled("PUT", path, _hook_body(hook.url), api_version=_API)

    shown = client("GET", path, api_version=_API)

    assert "secret" not in shown.text
    assert shown.json()["properties"]["destination"]["properties"]["endpointBaseUrl"] == hook.url.split("?")[0]
    whole = client("POST", f"{path}/getFullUrl", api_version=_API).json()
    assert whole == {"endpointUrl": hook.url}


@pytest.mark.parametrize(("schema", "method"), [(EVENT_GRID_SCHEMA, "POST"), (CLOUD_EVENT_SCHEMA, "OPTIONS")])
def test_endpoint_that_does_not_agree_leaves_no_subscription(
    client: Any,  # noqa: ANN401 - as above
    hook: Any,  # noqa: ANN401 - as above
    cloud_server: LocalCloud,
    schema: str,
    method: str,
) -> None:
    """The operation fails in Event Grid's words, which do not hold the URL's secret, and nothing is left."""
    _made(client)
    hook.agrees = False
    path = f"{_SYSTEM_TOPIC}/eventSubscriptions/hook"

    answer = client.settled("PUT", path, _hook_body(hook.url, eventDeliverySchema=schema), api_version=_API)

    operation = answer.headers["Azure-AsyncOperation"]
    record = cloud_server.cloud.long_running.record(operation.split("?")[0].rsplit("/", 1)[-1]) or {}
    assert record["status"] == "Failed"
    assert record["error"]["code"] == "Url validation"
    assert f"Http {method} request failed" in record["error"]["message"]
    assert "secret" not in record["error"]["message"]
    assert client("GET", path, api_version=_API).status_code == 404


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"destination": None}, "Destination cannot be null."),
        ({"destination": {"endpointType": "WebHook", "properties": {"endpointUrl": "http://x"}}}, "HTTPS URL"),
        ({"destination": {"endpointType": "EventHub", "properties": {}}}, "not served by the local cloud"),
        ({"retryPolicy": {"maxDeliveryAttempts": 31}}, "maxDeliveryAttempts should be between 1 and 30"),
        ({"retryPolicy": {"eventTimeToLiveInMinutes": 1441}}, "eventTimeToLiveInMinutes should be between 1 and 1440"),
        ({"eventDeliverySchema": "CustomInputSchema"}, "CustomInputSchema"),
        ({"filter": {"advancedFilters": [{"operatorType": "Like", "key": "a", "values": ["b"]}]}}, "'Like'"),
        ({"filter": {"advancedFilters": [{"operatorType": "StringIn", "key": "a", "values": []}]}}, "needs values"),
        ({"filter": {"advancedFilters": [{"operatorType": "StringIn", "key": "a", "values": ["b" * 513]}]}}, "512"),
        ({"filter": {"advancedFilters": [{"operatorType": "IsNotNull", "key": "a"}] * 26}}, "25"),
        (
            {"filter": {"advancedFilters": [{"operatorType": "StringIn", "key": "a", "values": ["b"] * 13}] * 2}},
            "values of all advanced filters cannot exceed 25",
        ),
    ],
)
def test_unusable_subscription_is_refused(client: Any, properties: dict[str, Any], words: str) -> None:  # noqa: ANN401
    """Each limit is told in a sentence of its own, before anybody is asked."""
    _made(client)
    body = _hook_body("https://localhost:9/hook")
    body["properties"].update(properties)

    refused = client("PUT", f"{_SYSTEM_TOPIC}/eventSubscriptions/x", body, api_version=_API)

    assert refused.status_code == 400
    assert words in refused.json()["error"]["message"]


def test_dead_letter_container_has_to_exist(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """A destination of dead letters that is not there is refused by name."""
    _made(client)
    account = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/none"
    letters = {"endpointType": "StorageBlob", "properties": {"resourceId": account, "blobContainerName": "dead"}}

    refused = client(
        "PUT",
        f"{_SYSTEM_TOPIC}/eventSubscriptions/x",
        _hook_body(hook.url, deadLetterDestination=letters),
        api_version=_API,
    )

    assert refused.json()["error"]["code"] == "Endpoint validation"
    assert "containers/dead" in refused.json()["error"]["message"]


def _letters_of(client: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 - as above
    """A topic's identity, and a subscription's dead letters written as it."""
    client.settled("PUT", _IDENTITY, {"location": "westeurope"}, api_version="2023-01-31")
    someone = client("GET", _IDENTITY, api_version="2023-01-31").json()["id"]
    account = "~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/letters"
    client("POST", "~/providers/Microsoft.Storage/register")
    body = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    client.settled("PUT", account, body, api_version="2023-05-01")
    client("PUT", f"{account}/blobServices/default/containers/dead", {}, api_version="2023-05-01")
    properties = {"resourceId": client("GET", account, api_version="2023-05-01").json()["id"]}
    destination = {"endpointType": "StorageBlob", "properties": {**properties, "blobContainerName": "dead"}}
    letters = {
        "identity": {"type": "UserAssigned", "userAssignedIdentity": someone},
        "deadLetterDestination": destination,
    }
    return {"type": "UserAssigned", "userAssignedIdentities": {someone: {}}}, letters


def test_dead_letters_as_an_identity_of_the_topic(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """A topic of a group may have identities, and its subscriptions write dead letters as one of them, and no other."""
    identity, letters = _letters_of(client)
    _made(client)
    path = f"{_SYSTEM_TOPIC}/eventSubscriptions/hook"
    body = _hook_body(hook.url, deadLetterWithResourceIdentity=letters)

    refused = client("PUT", path, body, api_version=_API)
    client("PUT", _SYSTEM_TOPIC, _system_topic(client, identity=identity), api_version=_API)
    taken = client.settled("PUT", path, body, api_version=_API)
    both = _hook_body(
        hook.url, deadLetterWithResourceIdentity=letters, deadLetterDestination=letters["deadLetterDestination"]
    )

    assert "is not one of the topic's" in refused.json()["error"]["message"]
    assert taken.status_code == 201
    shown = client("GET", path, api_version=_API).json()["properties"]
    assert shown["deadLetterWithResourceIdentity"] == letters
    assert shown["deadLetterDestination"] is None
    assert "cannot both be set" in client("PUT", path, both, api_version=_API).json()["error"]["message"]


def test_subscription_as_an_extension_of_the_group(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """The older way, without a system topic, is served too; it is listed at its scope."""
    path = "~/resourceGroups/rg/providers/Microsoft.EventGrid/eventSubscriptions/direct"

    assert client.settled("PUT", path, _hook_body(hook.url), api_version=_API).status_code == 201

    listed = client("GET", path.rsplit("/", 1)[0], api_version=_API).json()["value"]
    assert [entry["name"] for entry in listed] == ["direct"]
    client.settled("PUT", _IDENTITY, {"location": "westeurope"}, api_version="2023-01-31")
    assert hook.delivered.get(timeout=20)


def test_change_keeps_what_it_does_not_name(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """A change of the labels leaves destination and filter."""
    _made(client)
    path = f"{_SYSTEM_TOPIC}/eventSubscriptions/hook"
    client.settled("PUT", path, _hook_body(hook.url, filter={"subjectEndsWith": "x"}), api_version=_API)

    client.settled("PATCH", path, {"labels": ["mine"]}, api_version=_API)

    shown = client("GET", path, api_version=_API).json()["properties"]
    assert shown["labels"] == ["mine"]
    assert shown["filter"]["subjectEndsWith"] == "x"
    assert client("POST", f"{path}/getFullUrl", api_version=_API).json() == {"endpointUrl": hook.url}


def test_topic_and_its_subscriptions_go_together(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """A removed topic takes its subscriptions with it."""
    _made(client)
    path = f"{_SYSTEM_TOPIC}/eventSubscriptions/hook"
    client.settled("PUT", path, _hook_body(hook.url), api_version=_API)

    client.settled("DELETE", _SYSTEM_TOPIC, api_version=_API)
    _made(client)

    assert client("GET", path, api_version=_API).status_code == 404


def test_subscription_without_its_topic(client: Any, hook: Any) -> None:  # noqa: ANN401 - as above
    """There is no subscription of a topic that is not there."""
    refused = client("PUT", f"{_SYSTEM_TOPIC}/eventSubscriptions/x", _hook_body(hook.url), api_version=_API)

    assert refused.status_code == 404


def test_keys_of_a_custom_topic(client: Any) -> None:  # noqa: ANN401 - as above
    """Keys are made with the topic, shown by an action only, and changed one at a time."""
    made = client("PUT", _TOPIC, {"location": "westeurope"}, api_version=_API)
    keys = client("POST", f"{_TOPIC}/listKeys", api_version=_API).json()

    changed = client("POST", f"{_TOPIC}/regenerateKey", {"keyName": "key2"}, api_version=_API).json()

    assert keys["key1"] not in made.text
    assert changed["key1"] == keys["key1"]
    assert changed["key2"] != keys["key2"]
    assert made.json()["properties"]["inputSchema"] == EVENT_GRID_SCHEMA
    assert made.json()["properties"]["endpoint"].endswith("/api/events")


def test_cloud_events_cannot_become_events_of_the_other_schema(client: Any) -> None:  # noqa: ANN401 - as above
    """A topic that takes CloudEvents delivers CloudEvents."""
    body = {"location": "westeurope", "properties": {"inputSchema": CLOUD_EVENT_SCHEMA}}
    client("PUT", _TOPIC, body, api_version=_API)

    refused = client(
        "PUT",
        f"{_TOPIC}/eventSubscriptions/x",
        _hook_body("https://localhost:9/", eventDeliverySchema=EVENT_GRID_SCHEMA),
        api_version=_API,
    )

    assert refused.status_code == 400
