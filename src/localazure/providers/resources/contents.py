"""What is in a resource group: listed for clients, and emptied when the group goes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.resources.filters import predicate, top
from localazure.store import Document

_SHOWN = ("id", "name", "type", "kind", "sku", "plan", "managedBy", "location", "identity", "zones", "tags")
_API_VERSION = "2024-07-01"

# What uses others goes before what is used; Azure finds the order by trying, and so do the rounds below.
_FIRST = (
    "microsoft.authorization",
    "microsoft.virtualmachineimages",
    "microsoft.containerinstance",
    "microsoft.compute",
    "microsoft.network/networkinterfaces",
    "microsoft.network",
)


class Resources:
    """The generic operations over all resources."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        subscription = "/subscriptions/{subscriptionId}"
        group = subscription + "/resourceGroups/{resourceGroupName}"
        return [
            Operation(
                operation_id="Resources_List",
                method="GET",
                path=f"{subscription}/resources",
                action="",  # answers what the caller may read
                handler=lambda request: self._list(request, ResourceId(request.path.rsplit("/", 1)[0])),
            ),
            Operation(
                operation_id="Resources_ListByResourceGroup",
                method="GET",
                path=f"{group}/resources",
                action="Microsoft.Resources/subscriptions/resourceGroups/resources/read",
                handler=lambda request: self._list(request, ResourceId(request.path.rsplit("/", 1)[0])),
            ),
            Operation(
                operation_id="Resources_CheckExistenceById",
                method="HEAD",
                path=group + "/providers/{namespace}/{+resource}",
                action="",  # the GET that answers it is authorised
                handler=self._exists,
            ),
        ]

    def _list(self, request: ArmRequest, scope: ResourceId) -> ArmResponse:
        holds = predicate(request.query.get("$filter", ""))
        value = [
            summary
            for document in self._cloud.store.under(scope)
            if is_tracked(document)
            and holds(summary := _summary(document))
            and self._cloud.is_allowed(request.principal, f"{document.id.type}/read", document.id)
        ]
        return ArmResponse(body={"value": value[: top(request)]})

    def _exists(self, request: ArmRequest) -> ArmResponse:
        answer = self._cloud.call("GET", request.path, principal=request.principal, api_version=request.api_version)
        if answer.status == 404:
            return ArmResponse(status=404)
        return ArmResponse(status=204) if answer.status < 300 else answer


def is_tracked(document: Document) -> bool:
    """Whether lists of resources show it: it has a location, lies in a group, and is no deployment."""
    return (
        "location" in document.body
        and "/providers/" in document.id.key
        and document.id.namespace.lower() not in {"microsoft.resources", "microsoft.authorization"}
    )


def empty_group(cloud: Cloud, group_id: ResourceId) -> dict[str, str]:
    """Delete everything in a group, in rounds while there is progress; what is left, with the reason.

    Extension resources and children that their provider does not delete by itself go with the rest.
    """
    refused: dict[str, str] = {}
    before = -1
    while (pending := _deletable(cloud, group_id)) and len(pending) != before:
        before, refused = len(pending), {}
        for resource_id in pending:
            if cloud.store.get(resource_id) is not None and (why := _refusal(cloud, resource_id)):
                refused[resource_id.text] = why
    left = {name: why for name, why in refused.items() if cloud.store.get(name) is not None}  # some went with another
    if left:
        return left
    for document in cloud.store.under(group_id):
        cloud.store.delete(document.id)
    return {}


def delete_all_but(cloud: Cloud, request: ArmRequest, group_id: ResourceId, kept: Collection[str]) -> None:
    """Delete a group's resources, as the caller, save those that are kept, their parents and their children.

    Raises the first refusal.
    """
    keys = [name.lower() for name in kept]
    for resource_id in _deletable(cloud, group_id):
        document = cloud.store.get(resource_id)
        key = resource_id.key
        if (
            document is None
            or not is_tracked(document)
            or any(key == name or name.startswith(key + "/") or key.startswith(name + "/") for name in keys)
        ):
            continue
        answer = cloud.call("DELETE", resource_id, principal=request.principal, api_version=_API_VERSION)
        record: Any = cloud.complete(answer)
        error = record.get("error") if record is not None else None
        if error is None and answer.status >= 400 and isinstance(answer.body, dict):
            error = answer.body["error"]
        if error is not None:
            raise ArmError(409, error["code"], error["message"])


def _deletable(cloud: Cloud, group_id: ResourceId) -> list[ResourceId]:
    ids = [
        document.id
        for document in cloud.store.under(group_id)
        if document.id.type.lower() != "microsoft.resources/deployments"
    ]
    return sorted(ids, key=_order)


def _order(resource_id: ResourceId) -> tuple[int, int]:
    name = resource_id.type.lower()
    rank = next((index for index, prefix in enumerate(_FIRST) if name.startswith(prefix)), len(_FIRST))
    return rank, -len(resource_id.segments)


def _refusal(cloud: Cloud, resource_id: ResourceId) -> str | None:
    """Delete one resource; why that failed, or None. What has no delete operation is part of something else."""
    answer = cloud.call("DELETE", resource_id, principal=cloud.platform, api_version=_API_VERSION)
    record: Any = cloud.complete(answer)
    if record is not None and record["status"] != "Succeeded":
        return str(record["error"]["message"])
    if answer.status in {404, 405, 501} or answer.status < 300:
        if answer.status == 501:
            cloud.store.delete(resource_id)
        return None
    return str(answer.body["error"]["message"]) if isinstance(answer.body, dict) else f"HTTP {answer.status}"


def _summary(document: Document) -> dict[str, Any]:
    body = {"id": document.id.text, "name": document.id.name, "type": document.id.type, **document.body}
    return {name: body[name] for name in _SHOWN if body.get(name) is not None}
