"""Resource groups: created at once, deleted with all that is in them."""

from __future__ import annotations

import re
from typing import Any

from localazure.arm.errors import BY_THE_GATEWAY, ArmError, resource_group_not_found
from localazure.arm.locations import LOCATIONS, normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.operation_endpoints import result_operation
from localazure.providers.resources.contents import empty_group
from localazure.providers.resources.filters import predicate, top

GROUP_TYPE = "Microsoft.Resources/resourceGroups"
_NAME = re.compile(r"[-\w._()]{0,89}[-\w_()]")
_LIST = "/subscriptions/{subscriptionId}/resourcegroups"
_GROUP = _LIST + "/{resourceGroupName}"
_ACTION = "Microsoft.Resources/subscriptions/resourceGroups"


class ResourceGroups:
    """Reads and changes resource groups."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        results = "/subscriptions/{subscriptionId}/operationresults/{id}"
        return [
            Operation(operation_id="ResourceGroups_List", method="GET", path=_LIST, action="", handler=self._list),
            Operation(
                operation_id="ResourceGroups_CreateOrUpdate",
                method="PUT",
                path=_GROUP,
                action=f"{_ACTION}/write",
                handler=self._put,
            ),
            Operation(
                operation_id="ResourceGroups_Get",
                method="GET",
                path=_GROUP,
                action=f"{_ACTION}/read",
                handler=lambda request: ArmResponse(body=self._found(request)),
            ),
            Operation(
                operation_id="ResourceGroups_CheckExistence",
                method="HEAD",
                path=_GROUP,
                action=f"{_ACTION}/read",
                handler=self._exists,
            ),
            Operation(
                operation_id="ResourceGroups_Update",
                method="PATCH",
                path=_GROUP,
                action=f"{_ACTION}/write",
                handler=self._patch,
            ),
            Operation(
                operation_id="ResourceGroups_Delete",
                method="DELETE",
                path=_GROUP,
                action=f"{_ACTION}/delete",
                handler=self._delete,
            ),
            result_operation(self._cloud, operation_id="OperationResults_Get", path=results, empty_status=200),
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        holds = predicate(request.query.get("$filter", ""))
        groups = [document.body for document in self._cloud.store.of_type(GROUP_TYPE)]
        readable = [
            body
            for body in groups
            if holds(body) and self._cloud.is_allowed(request.principal, f"{_ACTION}/read", body["id"])
        ]
        return ArmResponse(body={"value": readable[: top(request)]})

    def _put(self, request: ArmRequest) -> ArmResponse:
        name, body = request.parameters["resourceGroupName"], request.body or {}
        _check_name(name)
        location = _location(body.get("location"))
        group_id = f"/subscriptions/{request.parameters['subscriptionId']}/resourceGroups/{name}"
        with self._cloud.store.transaction():
            known = self._cloud.store.get(group_id)
            if known is not None:
                _check_replacement(known.body, location)
            document = _document(known.body if known else {"id": group_id, "name": name}, location, body)
            self._cloud.store.put(group_id, document)
        return ArmResponse(status=200 if known else 201, body=document)

    def _patch(self, request: ArmRequest) -> ArmResponse:
        changes = {key: value for key, value in (request.body or {}).items() if key in {"tags", "managedBy"}}
        self._found(request)
        updated = self._cloud.store.update(request.resource_id, lambda body: body.update(changes))
        if updated is None:
            raise resource_group_not_found(request.parameters["resourceGroupName"])
        return ArmResponse(body=updated.body)

    def _exists(self, request: ArmRequest) -> ArmResponse:
        if self._cloud.store.get(request.resource_id) is None:
            return ArmResponse(status=404, headers=BY_THE_GATEWAY)
        return ArmResponse(status=204)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        group = self._found(request)
        group_id = ResourceId(group["id"])
        self._set_state(group_id, "Deleting")

        def work() -> None:
            left = empty_group(self._cloud, group_id)
            if left:
                self._set_state(group_id, "Succeeded")
                raise ArmError(
                    409,
                    "ResourceGroupDeletionBlocked",
                    f"Deletion of resource group '{group['name']}' failed as resources with identifiers "
                    f"'{','.join(left)}' could not be deleted. The provisioning state of the resource group will be "
                    "rolled back. Please check audit logs for more details.",
                    details=[{"code": "Conflict", "target": name, "message": why} for name, why in left.items()],
                )
            self._cloud.store.delete(group_id)

        results = f"/subscriptions/{request.parameters['subscriptionId']}/operationresults/{{id}}"
        return self._cloud.long_running.accept(request, work, status=202, result_path=results)

    def _set_state(self, group_id: ResourceId, state: str) -> None:
        self._cloud.store.update(group_id, lambda body: body["properties"].update(provisioningState=state))

    def _found(self, request: ArmRequest) -> dict[str, Any]:
        document = self._cloud.store.get(request.resource_id)
        if document is None:
            raise resource_group_not_found(request.parameters["resourceGroupName"])
        return document.body


def _document(known: dict[str, Any], location: str, body: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"id": known["id"], "name": known["name"], "type": GROUP_TYPE, "location": location}
    document |= {key: body[key] for key in ("tags", "managedBy") if body.get(key) is not None}
    return document | {"properties": {"provisioningState": "Succeeded"}}


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        message = (
            f"The provided resource group name '{name}' has invalid characters or is longer than 90. The name can only "
            "be a letter, digit, '-', '.', '(', ')' or '_', and can't end with '.'."
        )
        raise ArmError(400, "InvalidResourceGroup", message)


def _location(wanted: object) -> str:
    if not isinstance(wanted, str) or not wanted:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    if normalized(wanted) not in LOCATIONS:
        message = (
            f"The provided location '{wanted}' is not available for resource group. List of available regions is "
            f"'{','.join(LOCATIONS)}'."
        )
        raise ArmError(400, "LocationNotAvailableForResourceGroup", message)
    return normalized(wanted)


def _check_replacement(known: dict[str, Any], location: str) -> None:
    if known["properties"]["provisioningState"] == "Deleting":
        message = f"The resource group '{known['name']}' is in deprovisioning state and cannot perform this operation."
        raise ArmError(409, "ResourceGroupBeingDeleted", message)
    if known["location"] != location:
        message = (
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{known['location']}'."
        )
        raise ArmError(409, "InvalidResourceGroupLocation", message)
