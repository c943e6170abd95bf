"""A storage queue that keeps a copy of every event, for as long as the run lasts.

Source: Queue service REST API, Get Messages (2021-12-02); Event Grid documentation, "Storage queue as an event
handler".
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any
from xml.etree import ElementTree as ET

from azure.core.rest import HttpRequest

from acceptance.api_versions import AUTHORIZATION, EVENT_GRID, STORAGE
from acceptance.places import value_at
from acceptance.world import World
from imagegate.gateway.principal import own_principal

_MESSAGE_PROCESSOR = "8a0f0c08-91a1-4084-bc3d-661d67233fed"
_QUEUE = "acceptance"
_SCOPE = "https://storage.azure.com/.default"
_HIDDEN_S = 3600
_AT_ONCE = 32


def listen(world: World, topic: str) -> str:
    """Make account, queue and a subscription of the topic to it; the queue's address, "" where Azure refused."""
    account = f"acc{uuid.uuid4().hex[:16]}"
    path = f"{world.group('-function')}/providers/Microsoft.Storage/storageAccounts/{account}"
    body = {"location": world.options.location, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    asked = world.ask("events/account", "PUT", path, api_version=STORAGE, body=body)
    if asked.status >= 400:
        return ""
    made = world.await_settled("events/account", path, api_version=STORAGE)
    queue = f"{path}/queueServices/default/queues/{_QUEUE}"
    world.ask("events/queue", "PUT", queue, api_version=STORAGE, body={"properties": {}})
    if principal := own_principal(world.cloud):
        role = f"{world.subscription}/providers/Microsoft.Authorization/roleDefinitions/{_MESSAGE_PROCESSOR}"
        given = {"roleDefinitionId": role, "principalId": principal.object_id, "principalType": principal.kind}
        assignment = f"{path}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        world.ask("events/right", "PUT", assignment, api_version=AUTHORIZATION, body={"properties": given})
    destination = {"endpointType": "StorageQueue", "properties": {"resourceId": path, "queueName": _QUEUE}}
    properties = {"destination": destination, "eventDeliverySchema": "CloudEventSchemaV1_0"}
    subscription = f"{topic}/eventSubscriptions/acceptance"
    world.ask("events/subscription", "PUT", subscription, api_version=EVENT_GRID, body={"properties": properties})
    world.await_settled("events/subscription", subscription, api_version=EVENT_GRID)
    endpoint = str(value_at(made.body, "properties.primaryEndpoints.queue") or "")
    return f"{endpoint}{_QUEUE}" if endpoint else ""


def take_events(world: World, queue: str) -> list[dict[str, Any]]:
    """Every message that is there; what was taken once is hidden for an hour."""
    found: list[dict[str, Any]] = []
    while fresh := read_messages(_messages(world, queue)):
        found += fresh
    return found


def read_messages(answer: str) -> list[dict[str, Any]]:
    """The events of one answer of the queue."""
    texts = [entry.text or "" for entry in ET.fromstring(answer).iter("MessageText")]  # noqa: S314 - our own queue
    return [dict(json.loads(base64.b64decode(text))) for text in texts]


def _messages(world: World, queue: str) -> str:
    token = world.cloud.credential.get_token(_SCOPE).token
    request = HttpRequest(
        "GET",
        f"{queue}/messages",
        params={"numofmessages": _AT_ONCE, "visibilitytimeout": _HIDDEN_S},
        headers={"Authorization": f"Bearer {token}", "x-ms-version": "2021-12-02"},
    )
    from azure.core import PipelineClient

    client: Any = PipelineClient(queue, policies=[], transport=world.cloud.transport)
    with world.recorder.labelled("events/messages"):
        answer = client.send_request(request)
    answer.raise_for_status()
    return str(answer.text())
