"""Plans (serverfarms): kept as they are written; they change nothing about how an app runs here."""

from __future__ import annotations

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud

PLAN_TYPE = "Microsoft.Web/serverfarms"
_ALL = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/" + PLAN_TYPE
_ONE = _ALL + "/{name}"


class Plans:
    """Create, read, list, delete."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        served = (
            ("ListByResourceGroup", "GET", _ALL, "read", self._list),
            ("Get", "GET", _ONE, "read", self._get),
            ("CreateOrUpdate", "PUT", _ONE, "write", self._put),
            ("Delete", "DELETE", _ONE, "delete", self._delete),
        )
        return [
            Operation(
                operation_id=f"AppServicePlans_{name}",
                method=method,
                path=path,
                action=f"{PLAN_TYPE}/{action}",
                handler=handler,
                coverage="shape only",
            )
            for name, method, path, action, handler in served
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        return ArmResponse(body={"value": [entry.body for entry in self._cloud.store.under(scope, PLAN_TYPE)]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        found = self._cloud.store.get(request.resource_id)
        if found is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=found.body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        given = request.body or {}
        if not given.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        body = {
            "id": request.resource_id.text,
            "name": request.resource_id.name,
            "type": PLAN_TYPE,
            "kind": given.get("kind") or "functionapp",
            "location": given["location"],
            "tags": given.get("tags") or {},
            "sku": given.get("sku") or {},
            "properties": {
                **(given.get("properties") or {}),
                "provisioningState": "Succeeded",
                "status": "Ready",
            },
        }
        self._cloud.store.put(request.resource_id, body)
        return ArmResponse(body=body)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(status=200 if self._cloud.store.delete(request.resource_id) else 204)
