"""Tenants, subscriptions and their locations."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import LOCATIONS
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud

_SUBSCRIPTION = "/subscriptions/{subscriptionId}"


class Subscriptions:
    """One tenant with one subscription; principals without any role in it do not see it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        return [
            Operation(operation_id="Tenants_List", method="GET", path="/tenants", action="", handler=self._tenants),
            Operation(
                operation_id="Subscriptions_List", method="GET", path="/subscriptions", action="", handler=self._list
            ),
            Operation(operation_id="Subscriptions_Get", method="GET", path=_SUBSCRIPTION, action="", handler=self._get),
            Operation(
                operation_id="Subscriptions_ListLocations",
                method="GET",
                path=f"{_SUBSCRIPTION}/locations",
                action="",
                handler=self._locations,
            ),
        ]

    def _tenants(self, _: ArmRequest) -> ArmResponse:
        tenant_id = self._cloud.tenant_id
        tenant = {
            "id": f"/tenants/{tenant_id}",
            "tenantId": tenant_id,
            "tenantCategory": "Home",
            "displayName": "Local cloud",
            "defaultDomain": "localcloud.onmicrosoft.com",
            "tenantType": "AAD",
        }
        return ArmResponse(body={"value": [tenant]})

    def _list(self, request: ArmRequest) -> ArmResponse:
        seen = self._cloud.decisions.sees(request.principal.object_id, f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}")
        value = [self._document()] if seen else []
        count = {"type": "Total", "value": len(value)}
        return ArmResponse(body={"value": value, "count": count})

    def _get(self, request: ArmRequest) -> ArmResponse:
        scope = f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}"
        if not self._cloud.decisions.sees(request.principal.object_id, scope):
            wanted = request.parameters["subscriptionId"]
            raise ArmError(404, "SubscriptionNotFound", f"The subscription '{wanted}' could not be found.")
        return ArmResponse(body=self._document())

    def _locations(self, request: ArmRequest) -> ArmResponse:
        subscription_id = request.parameters["subscriptionId"]
        return ArmResponse(body={"value": [entry.document(subscription_id) for entry in LOCATIONS.values()]})

    def _document(self) -> dict[str, Any]:
        return {
            "id": f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": DEFAULT_SUBSCRIPTION_ID,
            "tenantId": self._cloud.tenant_id,
            "displayName": "Local subscription",
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }
