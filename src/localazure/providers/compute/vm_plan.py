"""A machine's PUT, checked whole before anything is made: size, image, security, profile, network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute import interface_configurations, network_attachment, os_profile, sizes, vm_image
from localazure.providers.compute.sizes import Size
from localazure.providers.compute.vm_image import VmImage

_TRUSTED = ("TrustedLaunch",)
_NEEDS = {"TrustedLaunch": ("TrustedLaunch",), "ConfidentialVM": ("ConfidentialVM",)}
_TAKES_TRUSTED = ("TrustedLaunch", "TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported")


@dataclass(frozen=True, kw_only=True)
class VmPlan:
    """What is to be made. `interfaces` are the references as given (none yet where they are described)."""

    vm_id: ResourceId
    location: str
    size: Size
    image: VmImage
    os: dict[str, Any]
    custom_data: bytes | None
    interfaces: list[dict[str, Any]]


def plan(cloud: Cloud, vm_id: ResourceId, location: str, properties: Mapping[str, Any]) -> VmPlan:
    """Check a request; raises the first refusal in the order in which Azure checks."""
    size = size_of(properties)
    storage = properties.get("storageProfile") or {}
    reference = storage.get("imageReference")
    if not isinstance(reference, dict):
        message = "Required parameter 'imageReference' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, target="imageReference")
    image = vm_image.resolve(cloud, reference, location=location)
    _check_security(image, size, properties.get("securityProfile") or {})
    _check_size(image, size)
    profile = os_profile.checked(properties.get("osProfile"), generalized=image.generalized)
    described = interface_configurations.described(properties)
    interfaces = [] if described else network_attachment.interface_references(properties)
    for interface in interfaces:
        network_attachment.require_free(cloud, str(interface.get("id", "")), vm_id=vm_id, location=location)
    return VmPlan(
        vm_id=vm_id,
        location=location,
        size=size,
        image=image,
        os=profile,
        custom_data=os_profile.custom_data(properties.get("osProfile")),
        interfaces=interfaces,
    )


def size_of(properties: Mapping[str, Any]) -> Size:
    """The size that is asked for. Raises 400 for one that there is not."""
    wanted = str((properties.get("hardwareProfile") or {}).get("vmSize") or "Standard_A1_v2")
    found = sizes.find(wanted)
    if found is None:
        valid = ",".join(size.name for size in sizes.all_sizes())
        raise ArmError(
            400,
            "InvalidParameter",
            f"The value {wanted} provided for the VM size is not valid. "
            f"The valid sizes in the current region are: {valid}. "
            "Find out more on the valid VM sizes in each region at https://aka.ms/azure-regionservices.",
            target="vmSize",
        )
    return found


def _check_security(image: VmImage, size: Size, security: Mapping[str, Any]) -> None:
    wanted = str(security.get("securityType") or "Standard")
    if image.security_type in _NEEDS and wanted not in _NEEDS[image.security_type]:
        raise _bad_request(
            "The provided gallery image only supports creation of VMs and VM Scale Sets with "
            f"'{image.security_type}' security type."
        )
    if wanted not in _TRUSTED:
        return
    if image.security_type not in _TAKES_TRUSTED or image.generation != "V2":
        raise _bad_request(
            "Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted Launch "
            "Supported Gen2 OS Image. For more information, see https://aka.ms/TrustedLaunch-FAQ."
        )
    if not size.trusted_launch:
        raise _bad_request(
            f"The VM size '{size.name}' is not supported for creation of VMs and Virtual Machine Scale Set with "
            f"'{wanted}' security type."
        )


def _check_size(image: VmImage, size: Size) -> None:
    if image.architecture.lower() != size.architecture.lower():
        raise _bad_request(
            f"Cannot create a VM of size '{size.name}' because this VM size only supports a CPU Architecture of "
            f"'{size.architecture}', but an image or disk with CPU Architecture '{image.architecture}' was given. "
            "Please check that the CPU Architecture of the image or disk is compatible with that of the VM size."
        )
    if image.generation not in size.generations:
        raise _bad_request(
            f"The selected VM size '{size.name}' cannot boot Hypervisor Generation '{image.generation[1:]}'. "
            "If this was a Create operation please check that the Hypervisor Generation of the Image matches the "
            "Hypervisor Generation of the selected VM Size. If this was an Update operation please select a Hypervisor "
            f"Generation '{image.generation[1:]}' VM Size. For more information, see https://aka.ms/azuregen2vm"
        )


def _bad_request(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message)
