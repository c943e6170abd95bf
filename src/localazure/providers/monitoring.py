"""Microsoft.Insights and Microsoft.OperationalInsights: shape only. Telemetry goes nowhere."""

from __future__ import annotations

import uuid
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.lifecycle import lifecycle
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud

COMPONENT_TYPE = "Microsoft.Insights/components"
WORKSPACE_TYPE = "Microsoft.OperationalInsights/workspaces"
ALERT_TYPE = "Microsoft.Insights/scheduledQueryRules"
_ANSWERS_ANEW = {COMPONENT_TYPE: 200, WORKSPACE_TYPE: 201, ALERT_TYPE: 201}
_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/"


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [operation for kind in _ANSWERS_ANEW for operation in _Kept(cloud, kind).operations()]


class _Kept:
    """A resource that is kept as it is written, with what the service would make up."""

    def __init__(self, cloud: Cloud, kind: str) -> None:
        self._cloud = cloud
        self._kind = kind

    def operations(self) -> list[Operation]:
        one = _GROUP + self._kind + "/{resourceName}"
        name = self._kind.rsplit("/", 1)[-1]
        name = name[:1].upper() + name[1:]
        return lifecycle(
            name, one, self._kind, get=self._get, put=self._put, delete=self._delete, coverage="shape only"
        )

    def _get(self, request: ArmRequest) -> ArmResponse:
        found = self._cloud.store.get(request.resource_id)
        if found is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=found.body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        given: dict[str, Any] = request.body or {}
        if not given.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        known = self._cloud.store.get(request.resource_id)
        made = known.internal if known else self._made_up()
        body = {
            "id": request.resource_id.text,
            "name": request.resource_id.name,
            "type": self._kind,
            "kind": given.get("kind"),
            "location": given["location"],
            "tags": given.get("tags") or {},
            "properties": {**(given.get("properties") or {}), **made, "provisioningState": "Succeeded"},
        }
        self._cloud.store.put(request.resource_id, body, internal=made)
        return ArmResponse(status=200 if known else _ANSWERS_ANEW[self._kind], body=body)

    def _made_up(self) -> dict[str, str]:
        if self._kind == ALERT_TYPE:
            return {}
        identifier = str(uuid.uuid4())
        if self._kind == WORKSPACE_TYPE:
            return {"customerId": identifier}
        connection = f"InstrumentationKey={identifier};IngestionEndpoint=https://telemetry.invalid/"
        return {"AppId": str(uuid.uuid4()), "InstrumentationKey": identifier, "ConnectionString": connection}

    def _delete(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(status=200 if self._cloud.store.delete(request.resource_id) else 204)
