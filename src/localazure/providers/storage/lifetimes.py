"""An account's management policy: kept and answered. Nothing is deleted by it here."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.lifecycle import lifecycle
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.blobs.accounts import ACCOUNT_TYPE
from localazure.clock import timestamp
from localazure.cloud import Cloud

TYPE = ACCOUNT_TYPE + "/managementPolicies"
_PATH = (
    f"/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/{ACCOUNT_TYPE}"
    "/{accountName}/managementPolicies/default"
)


class ManagementPolicies:
    """The one policy of an account, named `default`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        return lifecycle(
            "ManagementPolicies",
            _PATH,
            TYPE,
            get=self._get,
            put=self._put,
            delete=self._delete,
            coverage="shape only",
        )

    def _get(self, request: ArmRequest) -> ArmResponse:
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            message = "No ManagementPolicy found for account " + request.parameters["accountName"]
            raise ArmError(404, "ManagementPolicyNotFound", message)
        return ArmResponse(body=known.body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        account_id = ResourceId("/".join(request.resource_id.segments[:-2]))
        if self._cloud.store.get(account_id) is None:
            raise resource_not_found(account_id)
        policy = ((request.body or {}).get("properties") or {}).get("policy")
        if not isinstance(policy, dict) or not policy.get("rules"):
            raise ArmError(400, "InvalidRequestPropertyValue", "The value of properties.policy.rules is missing.")
        body: dict[str, Any] = {
            "id": f"{account_id}/managementPolicies/default",
            "name": "DefaultManagementPolicy",
            "type": TYPE,
            "properties": {"policy": policy, "lastModifiedTime": timestamp(self._cloud.clock.now())},
        }
        self._cloud.store.put(request.resource_id, body)
        return ArmResponse(body=body)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(status=200 if self._cloud.store.delete(request.resource_id) else 204)
