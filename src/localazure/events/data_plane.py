"""The endpoint of custom topics: takes events in, opened by one of the topic's keys or by a token.

Azure gives each topic a host name of its own; here the topic's id stands in the path.
Source: Event Grid documentation, "Post event to custom topic" and "Authenticate with Microsoft Entra ID".
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.events.bus import EventBus
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA, BadEvent, Event
from localazure.store import Document

PATH = "/_eventgrid"
AUDIENCE = "https://eventgrid.azure.net"
_SEND = "Microsoft.EventGrid/events/send/action"
_MOST_BYTES = 1_048_576

Authenticate = Callable[[Mapping[str, str]], Principal]


def topic_endpoint(cloud: Cloud, topic_id: ResourceId) -> str:
    """Where a topic takes events."""
    return f"{cloud.arm_endpoint}{PATH}{topic_id.key}/api/events"


def routes(cloud: Cloud, bus: EventBus, authenticate: Authenticate) -> list[Route]:
    """What the web application serves beside Resource Manager; `authenticate` reads a bearer token for `AUDIENCE`."""

    async def publish(request: Request) -> Response:
        raw = await request.body()
        return await run_in_threadpool(_publish, cloud, bus, authenticate, request, raw)

    return [Route(PATH + "/{topic:path}/api/events", publish, methods=["POST"])]


def _publish(cloud: Cloud, bus: EventBus, authenticate: Authenticate, request: Request, raw: bytes) -> Response:
    try:
        topic = _topic(cloud, "/" + request.path_params["topic"])
        _authorize(cloud, topic, request.headers, authenticate)
        bus.publish(topic.id, _events(raw, topic))
    except ArmError as error:
        details = [{"code": error.code, "message": error.message}]
        body = {"error": {"code": error.code, "message": error.message, "details": details}}
        return JSONResponse(body, error.status)
    return Response(status_code=200)


def _topic(cloud: Cloud, topic_id: str) -> Document:
    topic = cloud.store.get(topic_id)
    if topic is None:
        raise ArmError(404, "NotFound", "The topic does not exist.")
    return topic


def _authorize(cloud: Cloud, topic: Document, headers: Mapping[str, str], authenticate: Authenticate) -> None:
    if headers.get("authorization"):
        principal = authenticate(headers)
        if not cloud.is_allowed(principal, _SEND, topic.id, data=True):
            message = f"The principal associated with access token presented with the incoming request does not have permission to send data to {topic.id}."  # noqa: E501 - as the service words it
            raise ArmError(401, "Unauthorized", message)
        return
    given = headers.get("aeg-sas-key", "")
    local = not topic.body["properties"]["disableLocalAuth"]
    known = any(hmac.compare_digest(given.encode(), key.encode()) for key in topic.internal.values())
    if not (given and local and known):
        reason = "Key not valid" if given else "no key or token was given"
        message = f"The request authorization key is not authorized for {topic.id.name.upper()}. This is due to the reason: {reason}."  # noqa: E501 - as above
        raise ArmError(401, "Unauthorized", message)


def _events(raw: bytes, topic: Document) -> list[Event]:
    if len(raw) > _MOST_BYTES:
        message = f"The maximum size ({_MOST_BYTES}) for a request has been exceeded. Request size: {len(raw)}."
        raise ArmError(413, "RequestEntityTooLarge", message)
    schema = topic.body["properties"]["inputSchema"]
    try:
        body: Any = json.loads(raw)
    except ValueError as error:
        raise _nonconforming(schema, f"Unexpected character: {error}") from error
    if schema == EVENT_GRID_SCHEMA and not isinstance(body, list):
        raise _nonconforming(schema, "Token Expected: StartArray, Actual Token Received: StartObject.")
    entries = body if isinstance(body, list) else [body]
    try:
        if schema == CLOUD_EVENT_SCHEMA:
            return [Event.from_cloud_event(_object(entry)) for entry in entries]
        return [Event.from_event_grid(_object(entry), topic=topic.id.text) for entry in entries]
    except BadEvent as error:
        raise _nonconforming(schema, str(error)) from error


def _object(entry: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON
    if not isinstance(entry, Mapping):
        raise BadEvent("Token Expected: StartObject.")
    return entry


def _nonconforming(schema: str, reason: str) -> ArmError:
    name = "CloudEventV10" if schema == CLOUD_EVENT_SCHEMA else "EventGridEvent"
    return ArmError(
        400,
        "BadRequest",
        f"This resource is configured to receive event in '{name}' schema. The JSON received does not conform to the "
        f"expected schema. {reason}",
    )
