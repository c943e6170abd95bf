"""What the two kinds of topic have in common: paths, lists, tags, removal with all that hangs on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Handler, Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.eventgrid.locations import result_path
from localazure.store import Document

Properties = dict[str, Any]


def invalid_request(message: str) -> ArmError:
    """400 with Event Grid's code."""
    return ArmError(400, "InvalidRequest", message)


class TopicResources:
    """A top-level resource of Event Grid. `make` gives properties (and what is kept beside them) for a write."""

    def __init__(
        self,
        cloud: Cloud,
        *,
        type: str,  # noqa: A002 - ARM's word
        operation_prefix: str,
        make: Callable[[ArmRequest, Document | None], tuple[Properties, Properties]],
    ) -> None:
        self._cloud = cloud
        self._type = type
        self._prefix = operation_prefix
        self._make = make
        self._all = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/" + type
        self.one = self._all + "/{topicName}"

    def operations(self) -> list[Operation]:
        """Create, read, list, change, delete."""
        everywhere = "/subscriptions/{subscriptionId}/providers/" + self._type
        return [
            self.operation("ListBySubscription", "GET", everywhere, "read", self._list),
            self.operation("ListByResourceGroup", "GET", self._all, "read", self._list),
            self.operation("CreateOrUpdate", "PUT", self.one, "write", self._put),
            self.operation("Update", "PATCH", self.one, "write", self._patch),
            self.operation("Get", "GET", self.one, "read", self._get),
            self.operation("Delete", "DELETE", self.one, "delete", self._delete),
        ]

    def operation(self, name: str, method: str, path: str, action: str, handler: Handler) -> Operation:
        """One operation of this type."""
        return Operation(
            operation_id=f"{self._prefix}_{name}",
            method=method,
            path=path,
            action=f"{self._type}/{action}",
            handler=handler,
        )

    def found(self, resource_id: ResourceId) -> Document:
        """The resource, or 404."""
        document = self._cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document

    def _list(self, request: ArmRequest) -> ArmResponse:
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        return ArmResponse(body={"value": [entry.body for entry in self._cloud.store.under(scope, self._type)]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self.found(request.resource_id).body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        body = request.body if isinstance(request.body, dict) else {}
        if not body.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        with self._cloud.store.transaction():
            known = self._cloud.store.get(request.resource_id)
            properties, internal = self._make(request, known)
            kept = known.id if known else request.resource_id
            document = {
                "id": kept.text,
                "name": kept.name,
                "type": self._type,
                "location": body["location"],
                "tags": body.get("tags"),
                "properties": properties,
            }
            if identity := body.get("identity"):
                document["identity"] = identity
            self._cloud.store.put(kept, document, internal=internal)
        return ArmResponse(status=200 if known else 201, body=document)

    def _patch(self, request: ArmRequest) -> ArmResponse:
        """Tags are replaced; other properties of a topic are changed by a write of the whole."""
        self.found(request.resource_id)
        tags = (request.body or {}).get("tags")
        changed = self._cloud.store.update(
            request.resource_id, lambda body: body.update(tags=tags) if tags is not None else None
        )
        return ArmResponse(body=changed.body if changed else None)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        """202: the SDK's clients take nothing else for a topic that is there."""
        if self._cloud.store.get(request.resource_id) is None:
            return ArmResponse(status=204)

        def work() -> None:
            with self._cloud.store.transaction():
                for child in self._cloud.store.under(request.resource_id):
                    self._cloud.store.delete(child.id)
                self._cloud.store.delete(request.resource_id)

        path = result_path(request.resource_id.subscription_id)
        return self._cloud.long_running.accept(request, work, status=202, result_path=path)
