"""Publishes events of our own to a custom Event Grid topic, in CloudEvents 1.0."""

from collections.abc import Mapping

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as

SOURCE = "imagegate"


def publish(
    cloud: Cloud, endpoint: str, *, event_id: str, event_type: str, subject: str, data: Mapping[str, object]
) -> None:
    """Publish one event, as the connection's principal.

    Args:
        cloud: its credential is used; the library brings a wire of its own.
        endpoint: the topic's endpoint, which ends in /api/events; its input schema has to be CloudEventSchemaV1_0.
        event_id: the same for the same happening, so that listeners may drop duplicates.
        event_type: what happened.
        subject: what it happened to.
        data: what else is to be known; JSON.

    Raises:
        ImageGateError: the topic could not be reached, or refused.
    """
    from azure.core.messaging import CloudEvent
    from azure.eventgrid import EventGridPublisherClient

    event = CloudEvent(source=SOURCE, type=event_type, id=event_id, subject=subject, data=dict(data))
    client = EventGridPublisherClient(endpoint, cloud.credential)
    with told_as("publishing the verdict"):
        client.send(event)
