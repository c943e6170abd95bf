"""System topics: events of a resource group or a subscription, one topic a source."""

from __future__ import annotations

import uuid

from localazure.arm.messages import ArmRequest
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.events.subscriptions import SYSTEM_TOPIC
from localazure.providers.eventgrid.resources import Properties, TopicResources, invalid_request
from localazure.store import Document

_ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
_SOURCE_TYPES = {
    "microsoft.resources.resourcegroups": "microsoft.resources/resourcegroups",
    "microsoft.resources.subscriptions": "microsoft.resources/subscriptions",
}


class SystemTopics:
    """Served for Resource Manager's own sources; the events of other services are not made here.

    Topics of these sources have no region, and may have identities all the same. Source: Event Grid documentation,
    "Enable managed identity for system topics". Not served: system-assigned ones.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._resources = TopicResources(cloud, type=SYSTEM_TOPIC, operation_prefix="SystemTopics", make=self._make)

    def operations(self) -> list[Operation]:
        """What is served."""
        return self._resources.operations()

    def _make(self, request: ArmRequest, known: Document | None) -> tuple[Properties, Properties]:
        body = request.body or {}
        given = body.get("properties") or {}
        source, topic_type = str(given.get("source") or ""), str(given.get("topicType") or "")
        wanted = _SOURCE_TYPES.get(topic_type.lower())
        if wanted is None:
            raise invalid_request(f"Unrecognized topic type {topic_type} in system topic properties.")
        source_id = ResourceId(source)
        if source_id.type.lower() != wanted or not source_id.subscription_id:
            raise invalid_request(f"System topic source '{source}' is not of the topic type {topic_type}.")
        if str(body["location"]).lower() != "global":
            raise invalid_request(
                f"System topic's location must match with location of the source resource which is 'global'. "
                f"Provided location is '{body['location']}'."
            )
        if source_id.resource_group and self._cloud.store.get(source_id) is None:
            raise invalid_request(f"System topic source {source} does not exist.")
        for identity_id in (body.get("identity") or {}).get("userAssignedIdentities") or {}:
            action = f"{SYSTEM_TOPIC}/write"
            self._cloud.authorize_linked(request, action=action, linked_action=_ASSIGN, linked_scope=identity_id)
        self._refuse_others(request.resource_id, source_id, known)
        metric_id = known.body["properties"]["metricResourceId"] if known else str(uuid.uuid4())
        properties = {
            "provisioningState": "Succeeded",
            "source": source,
            "topicType": topic_type,
            "metricResourceId": metric_id,
        }
        return properties, {}

    def _refuse_others(self, resource_id: ResourceId, source: ResourceId, known: Document | None) -> None:
        if known and ResourceId(known.body["properties"]["source"]) != source:
            raise invalid_request("System topic source cannot be modified.")
        for topic in self._cloud.store.of_type(SYSTEM_TOPIC):
            if topic.id != resource_id and ResourceId(topic.body["properties"]["source"]) == source:
                raise invalid_request(
                    f"There is an existing tracked system topic for the given source {source}. Only one system topic "
                    "is allowed per source."
                )
