"""Resources that stand in their parent's document: subnets in a network, rules in a security group."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from localazure.arm.errors import resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network.manners import GROUP, PROVIDER, accept_delete, accept_write, new_etag, stamp
from localazure.store import Document


class NestedResources(ABC):
    """One type of nested resource with its four operations. A write changes the parent's etag too."""

    parent: ClassVar[str]  # virtualNetworks
    kind: ClassVar[str]  # subnets
    group: ClassVar[str]  # Subnets

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    @property
    def type(self) -> str:
        """The full type."""
        return f"Microsoft.Network/{self.parent}/{self.kind}"

    @abstractmethod
    def written(self, request: ArmRequest, parent: dict[str, Any], name: str) -> dict[str, Any]:
        """The document that a PUT leaves; raises the service's refusals."""

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The document with what refers to it."""
        return body

    def refuse_delete(self, body: dict[str, Any]) -> None:  # noqa: B027 - a hook
        """Raise when something uses it."""

    def operations(self) -> list[Operation]:
        """What is served."""
        here = GROUP + PROVIDER + f"/{self.parent}/{{parent}}/{self.kind}"
        one = here + "/{name}"
        served: list[tuple[str, str, str, str, Callable[[ArmRequest], ArmResponse]]] = [
            ("List", "GET", here, "read", self._list),
            ("Get", "GET", one, "read", self._get),
            ("CreateOrUpdate", "PUT", one, "write", self._put),
            ("Delete", "DELETE", one, "delete", self._delete),
        ]
        return [
            Operation(
                operation_id=f"{self.group}_{verb}",
                method=method,
                path=path,
                action=f"{self.type}/{action}",
                handler=handler,
            )
            for verb, method, path, action, handler in served
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        parent = self._parent(ResourceId(request.path.rsplit("/", 1)[0]))
        return ArmResponse(body={"value": [self.answered(entry) for entry in parent.body["properties"][self.kind]]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        parent = self._parent(_parent_id(request))
        body = self._child(parent.body, request.parameters["name"])
        if body is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=self.answered(body), headers={"ETag": body["etag"]})

    def _put(self, request: ArmRequest) -> ArmResponse:
        with self.cloud.store.transaction():
            parent = self._parent(_parent_id(request))
            known = self._child(parent.body, request.parameters["name"])
            name = known["name"] if known else request.parameters["name"]
            body = self.written(request, parent.body, name)
            stamp(body, new_etag(), "Updating")
            entries = parent.body["properties"][self.kind]
            others = [entry for entry in entries if entry["name"].lower() != name.lower()]
            place = entries.index(known) if known else len(entries)
            parent.body["properties"][self.kind] = [*others[:place], body, *others[place:]]
            self.cloud.store.put(parent.id, parent.body)
        return accept_write(
            self.cloud,
            request,
            resource_id=parent.id,
            location=parent.body["location"],
            status=200 if known else 201,
            body=self.answered(body),
        )

    def _delete(self, request: ArmRequest) -> ArmResponse:
        parent = self.cloud.store.get(_parent_id(request))
        child = self._child(parent.body, request.parameters["name"]) if parent else None
        if parent is None or child is None:
            return ArmResponse(status=204)
        self.refuse_delete(child)

        def remove(body: dict[str, Any]) -> None:
            entries = body["properties"][self.kind]
            body["properties"][self.kind] = [entry for entry in entries if entry["name"] != child["name"]]
            stamp(body, new_etag(), "Succeeded")

        def work() -> None:
            self.cloud.store.update(parent.id, remove)

        location, subscription_id = parent.body["location"], parent.id.subscription_id
        return accept_delete(self.cloud, request, work, subscription_id=subscription_id, location=location)

    def _child(self, parent: dict[str, Any], name: str) -> dict[str, Any] | None:
        for entry in parent["properties"][self.kind]:
            if entry["name"].lower() == name.lower():
                return dict(entry)
        return None

    def _parent(self, parent_id: ResourceId) -> Document:
        document = self.cloud.store.get(parent_id)
        if document is None:
            raise resource_not_found(parent_id)
        return document


def _parent_id(request: ArmRequest) -> ResourceId:
    return ResourceId("/".join(request.resource_id.segments[:-2]))
