"""Cores in use: what machines take of a region's quota, and the refusal when it is not enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute import sizes
from localazure.providers.compute.sizes import Size
from localazure.providers.compute.vm_document import TYPE as VM_TYPE

_PATH = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/usages"
MOST_MACHINES = 25_000
TOTAL = "cores"


def require_cores(cloud: Cloud, size: Size, *, location: str, limit: int) -> None:
    """Refuse a machine that would take more cores than the region's quota holds."""
    used = cores_in_use(cloud, location)[TOTAL]
    if used + size.vcpus > limit:
        raise ArmError(
            409,
            "OperationNotAllowed",
            "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. "
            f"Additional details - Deployment Model: Resource Manager, Location: {location}, Current Limit: {limit}, "
            f"Current Usage: {used}, Additional Required: {size.vcpus}, "
            f"(Minimum) New Limit Required: {used + size.vcpus}.",
        )


def cores_in_use(cloud: Cloud, location: str) -> Counter[str]:
    """Cores by size family, and in total, of machines that are not deallocated; `virtualMachines` counts them all."""
    used: Counter[str] = Counter()
    for vm in cloud.store.of_type(VM_TYPE):
        if normalized(str(vm.body["location"])) != normalized(location):
            continue
        used["virtualMachines"] += 1
        size = sizes.find(str(vm.body["properties"]["hardwareProfile"]["vmSize"]))
        if size is not None and vm.internal.get("power") != "deallocated":
            used[TOTAL] += size.vcpus
            used[size.family] += size.vcpus
    return used


def operations(cloud: Cloud, *, limit: Callable[[], int]) -> list[Operation]:
    """Usage_List of the published specification."""

    def listed(request: ArmRequest) -> ArmResponse:
        used = cores_in_use(cloud, request.parameters["location"])
        families = sorted({size.family for size in sizes.all_sizes()})
        rows = [(TOTAL, "Total Regional vCPUs", limit()), ("virtualMachines", "Virtual Machines", MOST_MACHINES)]
        rows += [(family, f"{family} vCPUs", limit()) for family in families]
        value = [
            {
                "limit": most,
                "unit": "Count",
                "currentValue": used[name],
                "name": {"value": name, "localizedValue": words},
            }
            for name, words, most in rows
        ]
        return ArmResponse(body={"value": value})

    return [
        Operation(
            operation_id="Usage_List",
            method="GET",
            path=_PATH,
            action="Microsoft.Compute/locations/usages/read",
            handler=listed,
        )
    ]
