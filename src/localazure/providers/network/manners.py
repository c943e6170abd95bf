"""Network's manners: etags, Updating before Succeeded, both headers on deletes (recorded)."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.store import Document

SUBSCRIPTION = "/subscriptions/{subscriptionId}"
GROUP = SUBSCRIPTION + "/resourceGroups/{resourceGroupName}"
PROVIDER = "/providers/Microsoft.Network"


def _notification(request: ArmRequest) -> dict[str, str]:
    """Said of every write, but of subnets only by versions from 2021 on (recorded)."""
    silent = "/subnets/" in request.path.lower() and request.api_version < "2021"
    return {} if silent else {"Azure-AsyncNotification": "Enabled"}


def refused(code: str, message: str) -> ArmError:
    """400 as Network words it: with an empty list of details."""
    return NetworkError(400, code, message)


class NetworkError(ArmError):
    """Network's errors always carry `details`."""

    def error(self) -> dict[str, Any]:
        """The inner object, with `details` even when there are none."""
        return super().error() | {"details": [dict(detail) for detail in self.details]}


def new_etag() -> str:
    """A weak entity tag."""
    return f'W/"{uuid.uuid4()}"'


def stamp(body: Any, etag: str, state: str) -> None:  # noqa: ANN401 - any JSON
    """Write one etag and one provisioning state into a resource and everything inside it that has them."""
    if isinstance(body, list):
        for entry in body:
            stamp(entry, etag, state)
    elif isinstance(body, dict):
        if "etag" in body:
            body["etag"] = etag
            body["properties"]["provisioningState"] = state
        for value in body.values():
            stamp(value, etag, state)


def accept_write(
    cloud: Cloud, request: ArmRequest, *, resource_id: ResourceId, location: str, status: int, body: dict[str, Any]
) -> ArmResponse:
    """Answer a write of a resource, or of something inside it, that settles in the background."""

    def settle() -> None:
        cloud.store.update(resource_id, lambda stored: stamp(stored, new_etag(), "Succeeded"))

    place = f"/subscriptions/{resource_id.subscription_id}{PROVIDER}/locations/{location}"
    return cloud.long_running.accept(
        request,
        settle,
        status=status,
        body=body,
        status_path=f"{place}/operations/{{id}}",
        headers=_notification(request),
    )


def accept_delete(
    cloud: Cloud, request: ArmRequest, work: Callable[[], None], *, subscription_id: str, location: str
) -> ArmResponse:
    """Answer a delete: 202 with both headers."""
    place = f"/subscriptions/{subscription_id}{PROVIDER}/locations/{location}"
    return cloud.long_running.accept(
        request,
        work,
        status=202,
        status_path=f"{place}/operations/{{id}}",
        result_path=f"{place}/operationResults/{{id}}",
        headers=_notification(request),
    )


class NetworkResources(ABC):
    """One type of top-level resource with its six operations."""

    kind: ClassVar[str]  # publicIPAddresses
    group: ClassVar[str]  # PublicIPAddresses: the prefix of operation ids

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    @property
    def type(self) -> str:
        """The full type."""
        return f"Microsoft.Network/{self.kind}"

    @abstractmethod
    def written(self, request: ArmRequest, resource_id: ResourceId, known: dict[str, Any] | None) -> dict[str, Any]:
        """The document that a PUT leaves, without what `_common` adds; raises the service's refusals."""

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The document with what refers to it."""
        return body

    def refuse_delete(self, document: Document) -> None:  # noqa: B027 - a hook
        """Raise when something uses the resource."""

    def deleted(self, document: Document) -> None:  # noqa: B027 - a hook
        """Let go of what the resource held."""

    def operations(self) -> list[Operation]:
        """What is served."""
        everywhere, here = SUBSCRIPTION + PROVIDER + f"/{self.kind}", GROUP + PROVIDER + f"/{self.kind}"
        one = here + "/{name}"
        served: list[tuple[str, str, str, str, Callable[[ArmRequest], ArmResponse]]] = [
            ("ListAll", "GET", everywhere, "read", self._list),
            ("List", "GET", here, "read", self._list),
            ("Get", "GET", one, "read", self._get),
            ("CreateOrUpdate", "PUT", one, "write", self._put),
            ("UpdateTags", "PATCH", one, "write", self._patch),
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
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        found = self.cloud.store.under(scope, self.type)
        return ArmResponse(body={"value": [self.answered(entry.body) for entry in found]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        body = self.found(request.resource_id).body
        return ArmResponse(body=self.answered(body), headers={"ETag": body["etag"]})

    def _put(self, request: ArmRequest) -> ArmResponse:
        given = request.body if isinstance(request.body, dict) else {}
        location = given.get("location")
        if not location:
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        with self.cloud.store.transaction():
            known = self.cloud.store.get(request.resource_id)
            resource_id = known.id if known else request.resource_id
            before = known.body if known else None
            body = self._common(resource_id, given, before) | self.written(request, resource_id, before)
            stamp(body, new_etag(), self.state_while_written)
            self.cloud.store.put(resource_id, body)
        return accept_write(
            self.cloud,
            request,
            resource_id=resource_id,
            location=body["location"],
            status=200 if known else 201,
            body=self.answered(body),
        )

    state_while_written: ClassVar[str] = "Updating"

    def _common(self, resource_id: ResourceId, given: dict[str, Any], known: dict[str, Any] | None) -> dict[str, Any]:
        body = {
            "name": resource_id.name,
            "id": resource_id.text,
            "etag": "",
            "type": self.type,
            "location": normalized(str(given["location"])),
        }
        if given.get("tags") is not None:
            body["tags"] = given["tags"]
        if given.get("zones"):
            body["zones"] = given["zones"]
        guid = known["properties"]["resourceGuid"] if known else str(uuid.uuid4())
        return body | {"properties": {"provisioningState": "", "resourceGuid": guid}}

    def _patch(self, request: ArmRequest) -> ArmResponse:
        self.found(request.resource_id)
        tags = (request.body or {}).get("tags") or {}

        def change(body: dict[str, Any]) -> None:
            body.update(tags=tags, etag=new_etag())

        updated = self.cloud.store.update(request.resource_id, change)
        return ArmResponse(body=self.answered(updated.body) if updated else None)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        with self.cloud.store.transaction():
            document = self.cloud.store.get(request.resource_id)
            if document is None:
                return ArmResponse(status=204)
            self.refuse_delete(document)
            self.cloud.store.update(document.id, lambda body: body["properties"].update(provisioningState="Deleting"))

        def work() -> None:
            self.cloud.store.delete(document.id)
            self.deleted(document)

        return accept_delete(
            self.cloud,
            request,
            work,
            subscription_id=document.id.subscription_id,
            location=document.body["location"],
        )

    def found(self, resource_id: ResourceId) -> Document:
        """The resource, or 404."""
        document = self.cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document
