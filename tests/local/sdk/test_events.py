"""azure-mgmt-eventgrid against the local cloud."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from sdk_bench import Sdk, Settled

PLACE = {"location": "westeurope"}


@pytest.fixture
def source(azure: Sdk, group: str) -> str:
    """The id of the group, whose events a system topic tells."""
    return str(azure.resources.resource_groups.get(group).id)


@pytest.fixture
def queue(source: str) -> dict[str, Any]:
    """A subscription into a queue, which needs no handshake."""
    account = f"{source}/providers/Microsoft.Storage/storageAccounts/st"
    destination = {"endpointType": "StorageQueue", "properties": {"resourceId": account, "queueName": "q"}}
    return {"properties": {"destination": destination, "filter": {"subjectEndsWith": "x"}}}


def system_topic(azure: Sdk, group: str, source: str) -> Any:  # noqa: ANN401 - a model of the SDK
    """Make the topic `changes` of a group's events."""
    properties = {"source": source, "topicType": "Microsoft.Resources.ResourceGroups"}
    body = {"location": "global", "properties": properties}
    return azure.eventgrid.system_topics.begin_create_or_update(group, "changes", body)


def lives(subscriptions: Settled, place: tuple[str, ...], body: dict[str, Any]) -> None:
    """Make, find, change, ask for the whole address, delete: the same in all three places."""
    made = subscriptions.begin_create_or_update(*place, "s", body)
    assert made.provisioning_state == "Succeeded"
    assert subscriptions.get(*place, "s").id == made.id
    assert subscriptions.begin_update(*place, "s", {"labels": ["a"]}).labels == ["a"]
    assert subscriptions.get(*place, "s").filter.subject_ends_with == "x"
    assert subscriptions.get_full_url(*place, "s").endpoint_url is None
    subscriptions.begin_delete(*place, "s")
    with pytest.raises(ResourceNotFoundError):
        subscriptions.get(*place, "s")


def test_a_topic_lives(azure: Sdk, group: str, queue: dict[str, Any]) -> None:
    """A custom topic with a subscription is made, found, listed, changed, its keys are renewed, and it goes."""
    topics, subscriptions = azure.eventgrid.topics, azure.eventgrid.topic_event_subscriptions
    made = topics.begin_create_or_update(group, "verdicts", PLACE)

    assert topics.get(group, "verdicts").endpoint == made.endpoint
    assert [entry.name for entry in topics.list_by_resource_group(group)] == ["verdicts"]
    assert made.id in [entry.id for entry in topics.list_by_subscription()]
    topics.begin_update(group, "verdicts", {"tags": {"a": "b"}})
    assert topics.get(group, "verdicts").tags == {"a": "b"}
    keys = topics.list_shared_access_keys(group, "verdicts")
    assert topics.begin_regenerate_key(group, "verdicts", {"keyName": "key1"}).key1 != keys.key1
    assert subscriptions.list(group, "verdicts") == []
    lives(subscriptions, (group, "verdicts"), queue)
    topics.begin_delete(group, "verdicts")
    with pytest.raises(ResourceNotFoundError):
        topics.get(group, "verdicts")


def test_a_system_topic_lives(azure: Sdk, group: str, source: str, queue: dict[str, Any]) -> None:
    """A topic of a group's events, with a subscription, is made, found, listed, tagged and deleted."""
    topics, subscriptions = azure.eventgrid.system_topics, azure.eventgrid.system_topic_event_subscriptions
    made = system_topic(azure, group, source)

    assert topics.get(group, "changes").id == made.id
    assert [entry.name for entry in topics.list_by_resource_group(group)] == ["changes"]
    assert made.id in [entry.id for entry in topics.list_by_subscription()]
    assert topics.begin_update(group, "changes", {"tags": {"a": "b"}}).tags == {"a": "b"}
    assert subscriptions.list_by_system_topic(group, "changes") == []
    lives(subscriptions, (group, "changes"), queue)
    topics.begin_delete(group, "changes")
    with pytest.raises(ResourceNotFoundError):
        topics.get(group, "changes")


def test_topic_types_are_listed(azure: Sdk) -> None:
    """What a system topic may be about, and the types of its events."""
    types, name = azure.eventgrid.topic_types, "Microsoft.Resources.ResourceGroups"
    assert name in [entry.name for entry in types.list()]
    assert types.get(name).provider == "Microsoft.Resources"
    assert "Microsoft.Resources.ResourceWriteSuccess" in [entry.name for entry in types.list_event_types(name)]


def test_a_subscription_of_a_resource_lives(azure: Sdk, group: str, queue: dict[str, Any]) -> None:
    """An event subscription that extends a resource is listed there."""
    topic = azure.eventgrid.topics.begin_create_or_update(group, "verdicts", PLACE)
    subscriptions = azure.eventgrid.event_subscriptions
    lives(subscriptions, (topic.id,), queue)
    assert subscriptions.list_by_resource(group, "Microsoft.EventGrid", "topics", "verdicts") == []
