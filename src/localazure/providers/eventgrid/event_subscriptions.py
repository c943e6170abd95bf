"""Event subscriptions: under a system topic, under a custom topic, or as an extension of what they observe."""

from __future__ import annotations

import uuid

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.events.dead_letters import letter_container
from localazure.events.handshake import HandshakeFailed, shake_hands
from localazure.events.subscriptions import EVENT_SUBSCRIPTION, NESTED, SYSTEM_TOPIC, TOPIC, scope_of
from localazure.events.wire import Wire
from localazure.providers.eventgrid.locations import result_path, status_path
from localazure.providers.eventgrid.resources import Properties
from localazure.providers.eventgrid.subscription_body import completed
from localazure.store import Document

_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/"


class EventSubscriptions:
    """A write is accepted at once and done when the endpoint has agreed; an endpoint that does not leaves nothing."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served: the same operations in three places."""
        places = (
            ("SystemTopicEventSubscriptions", _GROUP + SYSTEM_TOPIC + "/{topicName}/eventSubscriptions", NESTED[0]),
            ("TopicEventSubscriptions", _GROUP + TOPIC + "/{topicName}/eventSubscriptions", NESTED[1]),
            ("EventSubscriptions", "/{+scope}/providers/" + EVENT_SUBSCRIPTION, EVENT_SUBSCRIPTION),
        )
        return [operation for prefix, path, kind in places for operation in self._operations(prefix, path, kind)]

    def _operations(self, prefix: str, path: str, kind: str) -> list[Operation]:
        one = path + "/{eventSubscriptionName}"
        served = (
            ("List", "GET", path, "read", self._list),
            ("CreateOrUpdate", "PUT", one, "write", self._put),
            ("Update", "PATCH", one, "write", self._patch),
            ("Get", "GET", one, "read", self._get),
            ("Delete", "DELETE", one, "delete", self._delete),
            ("GetFullUrl", "POST", one + "/getFullUrl", "getFullUrl/action", self._full_url),
        )
        return [
            Operation(
                operation_id=f"{prefix}_{name}",
                method=method,
                path=place,
                action=f"{kind}/{action}",
                handler=handler,
            )
            for name, method, place, action, handler in served
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        found = [entry.body for entry in self._cloud.store.under(request.path)]
        return ArmResponse(body={"value": found})

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._found(request.resource_id).body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        given = (request.body or {}).get("properties") or {}
        known = self._cloud.store.get(request.resource_id)
        return self._write(request, given, known, status=201)

    def _patch(self, request: ArmRequest) -> ArmResponse:
        """The body of a change is the properties themselves (EventSubscriptionUpdateParameters)."""
        known = self._found(request.resource_id)
        kept = {name: value for name, value in known.body["properties"].items() if value is not None}
        if url := known.internal.get("endpointUrl"):
            kept["destination"]["properties"]["endpointUrl"] = url
        return self._write(request, {**kept, **(request.body or {})}, known, status=201)

    def _write(self, request: ArmRequest, given: Properties, known: Document | None, *, status: int) -> ArmResponse:
        resource_id = known.id if known else request.resource_id
        topic = self._topic(resource_id)
        input_schema = topic.body["properties"].get("inputSchema") if topic else None
        identity = topic.body.get("identity") if topic else None
        observed = topic.body["properties"].get("source", topic.id.text) if topic else scope_of(resource_id).text
        properties = completed(
            given, topic=observed, system=input_schema is None, input_schema=input_schema, identity=identity
        )
        self._check_destinations(properties)
        body = {
            "id": resource_id.text,
            "name": resource_id.name,
            "type": resource_id.type,
            "properties": properties,
        }
        url = str((given["destination"].get("properties") or {}).get("endpointUrl") or "")

        def work() -> Properties:
            if url:
                self._shake_hands(url, properties, resource_id)
            done = {**body, "properties": {**properties, "provisioningState": "Succeeded"}}
            self._cloud.store.put(resource_id, done, internal={"endpointUrl": url} if url else {})
            return done

        path = status_path(resource_id.subscription_id or scope_of(resource_id).subscription_id)
        return self._cloud.long_running.accept(request, work, status=status, body=body, status_path=path)

    def _topic(self, resource_id: ResourceId) -> Document | None:
        """The topic that it belongs to; None for an extension of a group or subscription."""
        scope = scope_of(resource_id)
        topic = self._cloud.store.get(scope)
        if topic is None and resource_id.type.lower() != EVENT_SUBSCRIPTION.lower():
            raise resource_not_found(scope)
        return topic if topic is not None and topic.id.type.lower() in {SYSTEM_TOPIC.lower(), TOPIC.lower()} else None

    def _check_destinations(self, properties: Properties) -> None:
        destination = properties["destination"]
        if destination["endpointType"] == "AzureFunction":
            self._expect(destination["properties"]["resourceId"])
        if container := letter_container(properties):
            self._expect(container.text)

    def _expect(self, resource_id: str) -> None:
        if self._cloud.store.get(resource_id) is None:
            moment = self._cloud.clock.now()
            raise ArmError(
                400,
                "Endpoint validation",
                f"Destination endpoint not found. Resource details: resourceId: {resource_id}. Resource should "
                f"pre-exist before attempting this operation. Activity id:{uuid.uuid4()}, timestamp: "
                f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p} (UTC).",
            )

    def _shake_hands(self, url: str, properties: Properties, resource_id: ResourceId) -> None:
        wire = Wire(self._cloud.ca_bundle)
        try:
            shake_hands(
                wire,
                url=url,
                schema=properties["eventDeliverySchema"],
                topic=properties["topic"],
                subscription=resource_id.name,
                now=self._cloud.clock.now(),
            )
        except HandshakeFailed as failed:
            raise ArmError(400, "Url validation", str(failed)) from failed
        finally:
            wire.close()

    def _delete(self, request: ArmRequest) -> ArmResponse:
        if self._cloud.store.get(request.resource_id) is None:
            return ArmResponse(status=204)
        scope = scope_of(request.resource_id)
        return self._cloud.long_running.accept(
            request,
            lambda: self._cloud.store.delete(request.resource_id) and None,
            status=202,
            result_path=result_path(scope.subscription_id),
        )

    def _full_url(self, request: ArmRequest) -> ArmResponse:
        found = self._found(request.target_id)
        return ArmResponse(body={"endpointUrl": found.internal.get("endpointUrl")})

    def _found(self, resource_id: ResourceId) -> Document:
        document = self._cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document
