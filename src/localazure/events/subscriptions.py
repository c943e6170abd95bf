"""Who subscribed to what: to a source through its system topic or directly, to a custom topic in either place."""

from __future__ import annotations

from localazure.arm.resource_id import ResourceId
from localazure.store import Document, Store

SYSTEM_TOPIC = "Microsoft.EventGrid/systemTopics"
TOPIC = "Microsoft.EventGrid/topics"
EVENT_SUBSCRIPTION = "Microsoft.EventGrid/eventSubscriptions"
NESTED = ("Microsoft.EventGrid/systemTopics/eventSubscriptions", "Microsoft.EventGrid/topics/eventSubscriptions")


def scope_of(subscription_id: ResourceId) -> ResourceId:
    """What an event subscription belongs to: its system topic, its topic, or the resource that it extends."""
    marker = f"/providers/{EVENT_SUBSCRIPTION}/".lower()
    place = subscription_id.key.find(marker)
    if place >= 0:
        return ResourceId(subscription_id.text[:place])
    return subscription_id.parent or subscription_id


def subscriptions_of_source(store: Store, source: ResourceId) -> list[Document]:
    """The event subscriptions of a resource group or subscription."""
    topics = {
        topic.id for topic in store.of_type(SYSTEM_TOPIC) if ResourceId(topic.body["properties"]["source"]) == source
    }
    return _of(store, {source, *topics})


def subscriptions_of_topic(store: Store, topic_id: ResourceId) -> list[Document]:
    """The event subscriptions of a custom topic."""
    return _of(store, {topic_id})


def _of(store: Store, scopes: set[ResourceId]) -> list[Document]:
    kinds = (EVENT_SUBSCRIPTION, *NESTED)
    return [found for kind in kinds for found in store.of_type(kind) if scope_of(found.id) in scopes]
