"""Sizes as clients list them: `vmSizes` of a location, and the resource SKUs with their capabilities."""

from __future__ import annotations

import re
from typing import Any

from localazure.arm.locations import LOCATIONS, normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.providers.compute.sizes import Size, all_sizes

_SUBSCRIPTION = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute"
_LOCATION = re.compile(r"location\s+eq\s+'([^']+)'", re.IGNORECASE)


def operations() -> list[Operation]:
    """VirtualMachineSizes_List and ResourceSkus_List of the published specification."""
    return [
        Operation(
            operation_id="VirtualMachineSizes_List",
            method="GET",
            path=f"{_SUBSCRIPTION}/locations/{{location}}/vmSizes",
            action="Microsoft.Compute/locations/vmSizes/read",
            handler=lambda _request: ArmResponse(body={"value": [document(size) for size in all_sizes()]}),
        ),
        Operation(
            operation_id="ResourceSkus_List",
            method="GET",
            path=f"{_SUBSCRIPTION}/skus",
            action="Microsoft.Compute/skus/read",
            handler=_skus,
        ),
    ]


def _skus(request: ArmRequest) -> ArmResponse:
    wanted = _LOCATION.search(request.query.get("$filter", ""))
    locations = [normalized(wanted[1])] if wanted else list(LOCATIONS)
    value = [_sku(size, location) for location in locations for size in all_sizes()]
    return ArmResponse(body={"value": value})


def document(size: Size) -> dict[str, Any]:
    """A size as lists show it."""
    return {
        "name": size.name,
        "numberOfCores": size.vcpus,
        "osDiskSizeInMB": 1_047_552,
        "resourceDiskSizeInMB": size.resource_disk_gib * 1024,
        "memoryInMB": size.memory_mib,
        "maxDataDiskCount": size.vcpus * 2,
    }


def _sku(size: Size, location: str) -> dict[str, Any]:
    capabilities = {
        "vCPUs": size.vcpus,
        "MemoryGB": f"{size.memory_gib:g}",
        "MaxResourceVolumeMB": size.resource_disk_gib * 1024,
        "HyperVGenerations": ",".join(size.generations),
        "CpuArchitectureType": size.architecture,
        "PremiumIO": size.premium_io,
        "TrustedLaunchDisabled": not size.trusted_launch,
        "EphemeralOSDiskSupported": size.resource_disk_gib > 0,
    }
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [location],
        "locationInfo": [{"location": location, "zones": ["1", "2", "3"], "zoneDetails": []}],
        "capabilities": [{"name": name, "value": str(value)} for name, value in capabilities.items()],
        "restrictions": [],
    }
