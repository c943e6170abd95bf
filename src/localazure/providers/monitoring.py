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
_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/"


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [*_Kept(cloud, COMPONENT_TYPE).operations(), *_Kept(cloud, WORKSPACE_TYPE).operations()]


class _Kept:
    """A resource that is kept as it is written, with what the service would make up."""

    def __init__(self, cloud: Cloud, kind: str) -> None:
        self._cloud = cloud
        self._kind = kind

    def operations(self) -> list[Operation]:
        one = _GROUP + self._kind + "/{resourceName}"
        name = self._kind.rsplit("/", 1)[-1].capitalize()
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
        made_anew = 201 if self._kind == WORKSPACE_TYPE else 200  # a component's write answers 200 alone
        return ArmResponse(status=200 if known else made_anew, body=body)

    def _made_up(self) -> dict[str, str]:
        identifier = str(uuid.uuid4())
        if self._kind == WORKSPACE_TYPE:
            return {"customerId": identifier}
        connection = f"InstrumentationKey={identifier};IngestionEndpoint=https://telemetry.invalid/"
        return {"AppId": str(uuid.uuid4()), "InstrumentationKey": identifier, "ConnectionString": connection}

    def _delete(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(status=200 if self._cloud.store.delete(request.resource_id) else 204)
