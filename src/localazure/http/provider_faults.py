"""The gate at which a provider's refusal that was asked for comes out, whoever calls: capacity, quota, policy."""

from __future__ import annotations

import json
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.control.fault import Call, Fault

_PLENTY = 10


class ProviderFaults:
    """Called for every request that matched an operation and is allowed; the last gate before the provider."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __call__(self, request: ArmRequest, operation: Operation) -> None:
        """Raise the refusal that this call meets, in the service's own words."""
        call = Call(method=request.method, path=request.path, operation=operation.operation_id)
        due = self._cloud.faults.due(call, "provider")
        if due is None:
            return
        if due.fault.kind == "sku-not-available":
            raise _no_capacity(request)
        if due.fault.kind == "quota-exceeded":
            raise _no_quota(request, due.fault.code)
        if due.fault.kind == "disallowed-by-policy":
            raise _disallowed(request, due.fault)
        raise due.fault.error()


def _no_capacity(request: ArmRequest) -> ArmError:
    size, location = _size(request), _location(request)
    return ArmError(
        409,
        "SkuNotAvailable",
        f"The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: {size}' is "
        f"currently not available in location '{location}'. Please try another size or deploy to a different "
        "location or different zone. See https://aka.ms/azureskunotavailable for details.",
    )


def _no_quota(request: ArmRequest, code: str) -> ArmError:
    location = _location(request)
    return ArmError(
        409,
        code,
        "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional "
        f"details - Deployment Model: Resource Manager, Location: {location}, Current Limit: {_PLENTY}, Current "
        f"Usage: {_PLENTY}, Additional Required: 2, (Minimum) New Limit Required: {_PLENTY + 2}. Setup Alerts when "
        "Quota reaches threshold. Learn more at https://aka.ms/quotamonitoringalerting . Please read more about quota "
        "limits at https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests",
    )


def _disallowed(request: ArmRequest, fault: Fault) -> ArmError:
    resource, scope = request.resource_id, f"/subscriptions/{request.resource_id.subscription_id}"
    assignment = f"{scope}/providers/Microsoft.Authorization/policyAssignments/{fault.policy}"
    definition = f"{scope}/providers/Microsoft.Authorization/policyDefinitions/{fault.policy}"
    identifiers = [
        {
            "policyAssignment": {"name": fault.policy, "id": assignment},
            "policyDefinition": {"name": fault.policy, "id": definition},
        }
    ]
    info = {
        "policyDefinitionDisplayName": fault.policy,
        "policyAssignmentDisplayName": fault.policy,
        "policyDefinitionId": definition,
        "policyDefinitionName": fault.policy,
        "policyDefinitionEffect": "deny",
        "policyAssignmentId": assignment,
        "policyAssignmentName": fault.policy,
        "policyAssignmentScope": scope,
    }
    listed = json.dumps(identifiers, separators=(",", ":"))
    return ArmError(
        403,
        "RequestDisallowedByPolicy",
        f"Resource '{resource.name}' was disallowed by policy. Policy identifiers: '{listed}'.",
        target=resource.name,
        additional_info=[{"type": "PolicyViolation", "info": info}],
    )


def _size(request: ArmRequest) -> str:
    return str(((_properties(request).get("hardwareProfile")) or {}).get("vmSize") or "Standard_D2s_v5")


def _location(request: ArmRequest) -> str:
    body = request.body if isinstance(request.body, dict) else {}
    return str(body.get("location") or request.parameters.get("location") or "westeurope")


def _properties(request: ArmRequest) -> dict[str, Any]:
    body = request.body if isinstance(request.body, dict) else {}
    found = body.get("properties")
    return found if isinstance(found, dict) else {}
