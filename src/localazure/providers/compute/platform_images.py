"""Marketplace images: the versions of those bases that the engine can make (recorded shapes)."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.engine_port import Base, UnknownBase

_LIST = (
    "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/publishers/{publisherName}"
    "/artifacttypes/vmimage/offers/{offer}/skus/{skus}/versions"
)
_ACTION = "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read"
_OS_DISK_GIB = 30


class PlatformImages:
    """The operations that read marketplace versions. There is one version of each base: the one that can be made."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def list_versions(self, request: ArmRequest) -> ArmResponse:
        """The versions of a SKU."""
        base = self._base(request, "latest")
        return ArmResponse(body=[_entry(request, base)])

    def get(self, request: ArmRequest) -> ArmResponse:
        """One version."""
        base = self._base(request, request.parameters["version"])
        properties: dict[str, Any] = {
            "hyperVGeneration": base.generation,
            "architecture": "x64",
            "replicaType": "Managed",
            "disallowed": {"vmDiskType": "Unmanaged"},
            "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False},
            "imageDeprecationStatus": {"imageState": "Active"},
            "features": features(base.generation),
            "osDiskImage": {
                "operatingSystem": "Linux",
                "sizeInGb": _OS_DISK_GIB,
                "sizeInBytes": _OS_DISK_GIB * 1024**3,
            },
            "dataDiskImages": [],
        }
        return ArmResponse(body={"properties": properties, **_entry(request, base)})

    def _base(self, request: ArmRequest, version: str) -> Base:
        named = request.parameters
        try:
            return self._cloud.engine.resolve_base(
                publisher=named["publisherName"], offer=named["offer"], sku=named["skus"], version=version
            )
        except UnknownBase as unknown:
            raise ArmError(
                404, "NotFound", f"Artifact: VMImage was not found. (The local cloud: {unknown})"
            ) from unknown


def features(generation: str) -> list[dict[str, str]]:
    """What a marketplace image may start: every generation 2 image of Debian supports Trusted Launch.

    Source: debian-cloud list, 2025-11; "Trusted Launch for Azure virtual machines", list of operating systems.
    """
    return [{"name": "SecurityType", "value": "TrustedLaunchSupported"}] if generation == "V2" else []


def operations(cloud: Cloud) -> list[Operation]:
    """VirtualMachineImages_List and _Get of the published specification."""
    images = PlatformImages(cloud)
    rows = (("List", _LIST, images.list_versions), ("Get", f"{_LIST}/{{version}}", images.get))
    return [
        Operation(operation_id=f"VirtualMachineImages_{name}", method="GET", path=path, action=_ACTION, handler=handler)
        for name, path, handler in rows
    ]


def _entry(request: ArmRequest, base: Base) -> dict[str, str]:
    named = request.parameters
    path = (
        f"/Subscriptions/{named['subscriptionId']}/Providers/Microsoft.Compute/Locations/{named['location']}"
        f"/Publishers/{base.publisher}/ArtifactTypes/VMImage/Offers/{base.offer}/Skus/{base.sku}/Versions/{base.version}"
    )
    return {"location": named["location"], "name": base.version, "id": path}
