"""Custom topics: an endpoint that takes events of one's own, opened by a key or a token."""

from __future__ import annotations

import base64
import secrets
import uuid

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.events.data_plane import topic_endpoint
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA
from localazure.events.subscriptions import TOPIC
from localazure.providers.eventgrid.resources import Properties, TopicResources, invalid_request
from localazure.store import Document


class Topics:
    """Input schemas: Event Grid's and CloudEvents 1.0; the custom one with its mappings is not served."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._resources = TopicResources(cloud, type=TOPIC, operation_prefix="Topics", make=self._make)

    def operations(self) -> list[Operation]:
        """What is served."""
        one = self._resources.one
        return [
            *self._resources.operations(),
            self._resources.operation(
                "ListSharedAccessKeys", "POST", one + "/listKeys", "listKeys/action", self._list_keys
            ),
            self._resources.operation(
                "RegenerateKey", "POST", one + "/regenerateKey", "regenerateKey/action", self._regenerate_key
            ),
        ]

    def _make(self, request: ArmRequest, known: Document | None) -> tuple[Properties, Properties]:
        given = (request.body or {}).get("properties") or {}
        schema = given.get("inputSchema") or EVENT_GRID_SCHEMA
        if schema not in {EVENT_GRID_SCHEMA, CLOUD_EVENT_SCHEMA}:
            raise invalid_request(f"Input schema {schema} is not served by the local cloud.")
        if known and known.body["properties"]["inputSchema"] != schema:
            raise invalid_request("Input schema of a topic cannot be modified.")
        properties = {
            "provisioningState": "Succeeded",
            "endpoint": topic_endpoint(self._cloud, request.resource_id),
            "inputSchema": schema,
            "metricResourceId": known.body["properties"]["metricResourceId"] if known else str(uuid.uuid4()),
            "publicNetworkAccess": given.get("publicNetworkAccess") or "Enabled",
            "disableLocalAuth": bool(given.get("disableLocalAuth")),
        }
        return properties, known.internal if known else {"key1": _new_key(), "key2": _new_key()}

    def _list_keys(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=dict(self._resources.found(request.target_id).internal))

    def _regenerate_key(self, request: ArmRequest) -> ArmResponse:
        topic = self._resources.found(request.target_id)
        name = (request.body or {}).get("keyName")
        if name not in topic.internal:
            raise invalid_request(f"Key name '{name}' is not one of key1, key2.")
        keys = {**topic.internal, name: _new_key()}
        self._cloud.store.put(topic.id, topic.body, internal=keys)
        return ArmResponse(body=keys)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
