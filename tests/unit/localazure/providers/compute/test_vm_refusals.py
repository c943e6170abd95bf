"""What a machine is made from, and what is refused before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import (
    DEFINITION,
    SSH_KEY,
    VM,
    make_definition,
    make_interface,
    make_version,
    make_vm,
    vm_body,
)

NETWORK = "~/providers/Microsoft.Network"


def test_latest_by_definition_id(bench: Bench) -> None:
    """An image id without a version means the newest that is not excluded; the exact version is shown."""
    make_version(bench)
    interface = make_interface(bench)
    bench.settled("PUT", VM, vm_body(DEFINITION.replace("~", RG), interface))
    assert bench.body(VM)["properties"]["storageProfile"]["imageReference"]["exactVersion"] == "0.0.1"


def test_excluded_versions_are_not_latest(bench: Bench) -> None:
    """A definition whose only version is excluded has no latest."""
    version = make_version(bench)
    bench.settled("PATCH", version, {"properties": {"publishingProfile": {"excludeFromLatest": True}}})
    error = bench.error("PUT", VM, vm_body(DEFINITION.replace("~", RG), make_interface(bench)))
    assert (error["status"], error["code"]) == (404, "GalleryImageNotFound")


def test_version_that_is_not_replicated(bench: Bench) -> None:
    """A machine in another region than the version's is refused in Azure's words."""
    version = make_version(bench)
    body = {**vm_body(version, make_interface(bench)), "location": "northeurope"}
    assert bench.error("PUT", VM, body)["message"] == (
        f"The gallery image {version} is not available in northeurope region. Please contact image owner to replicate "
        "to this region, or change your requested region."
    )


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        (
            {"hardwareProfile": {"vmSize": "Standard_Huge"}},
            "InvalidParameter",
            "Standard_Huge provided for the VM size",
        ),
        ({"hardwareProfile": {"vmSize": "Standard_A1_v2"}}, "BadRequest", "cannot boot Hypervisor Generation '2'"),
        (
            {"hardwareProfile": {"vmSize": "Standard_D2ps_v5"}},
            "BadRequest",
            "only supports a CPU Architecture of 'Arm64'",
        ),
        ({"storageProfile": {}}, "InvalidParameter", "'imageReference' is missing"),
        ({"osProfile": None}, "InvalidParameter", "Required parameter 'osProfile' is missing (null)."),
        ({"networkProfile": None}, "InvalidParameter", "'networkProfile' is missing"),
        ({"securityProfile": {"securityType": "TrustedLaunch"}}, "BadRequest", "Use of TrustedLaunch setting"),
        (
            {
                "networkProfile": {
                    "networkInterfaces": [{"id": f"{RG}/providers/Microsoft.Network/networkInterfaces/no"}]
                }
            },
            "NotFound",
            "not found",
        ),
    ],
)
def test_refusals(bench: Bench, changes: dict[str, Any], code: str, said: str) -> None:
    """What cannot start is refused before anything is made."""
    version, interface = make_version(bench), make_interface(bench)
    error = bench.error("PUT", VM, vm_body(version, interface, **changes))
    assert error["code"] == code
    assert said in error["message"]
    assert bench("GET", VM).status == 404
    nic = bench.body(f"{NETWORK}/networkInterfaces/nic", api_version="2023-11-01")
    assert "virtualMachine" not in nic["properties"]


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ({"adminUsername": "root"}, "The Admin Username specified is not allowed."),
        ({"computerName": "no_underscores"}, "Linux host name cannot exceed 64 characters"),
        ({"linuxConfiguration": {"disablePasswordAuthentication": True}}, "either SSH or by user name and password"),
        (
            {"linuxConfiguration": {"ssh": {"publicKeys": [{"keyData": "ssh-rsa nothing"}]}}},
            "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
        ),
        (
            {
                "linuxConfiguration": {
                    "ssh": {"publicKeys": [{"keyData": SSH_KEY, "path": "/root/.ssh/authorized_keys"}]}
                }
            },
            "Destination path for SSH public keys is currently limited to its default value /home/imagegate/",
        ),
        ({"customData": "not base64!"}, "Custom data in OSProfile must be in Base64 encoding."),
    ],
)
def test_bad_profiles(bench: Bench, profile: dict[str, Any], said: str) -> None:
    """A profile that nobody could log in with is refused in Azure's words."""
    body = vm_body(make_version(bench), make_interface(bench))
    body["properties"]["osProfile"] |= profile
    error = bench.error("PUT", VM, body)
    assert error["code"] == "InvalidParameter"
    assert said in error["message"]


def test_trusted_launch_definitions_want_trusted_launch(bench: Bench) -> None:
    """The observed sentence: an image of a TrustedLaunch definition starts Trusted Launch machines only."""
    version = make_version(bench)
    features = [{"name": "SecurityType", "value": "TrustedLaunch"}]
    bench.cloud.store.update(DEFINITION.replace("~", RG), lambda body: body["properties"].update(features=features))
    interface = make_interface(bench)
    error = bench.error("PUT", VM, vm_body(version, interface))
    assert error["message"] == (
        "The provided gallery image only supports creation of VMs and VM Scale Sets with 'TrustedLaunch' security type."
    )
    trusted = {"securityType": "TrustedLaunch", "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True}}
    wrong_size = vm_body(version, interface, securityProfile=trusted)
    assert "Standard_D2s_v3' is not supported for creation" in bench.error("PUT", VM, wrong_size)["message"]
    body = vm_body(version, interface, securityProfile=trusted, hardwareProfile={"vmSize": "Standard_D2s_v5"})
    assert bench.settled("PUT", VM, body)["status"] == "Succeeded"
    assert bench.body(VM)["properties"]["securityProfile"] == trusted


def test_an_interface_serves_one_machine(bench: Bench) -> None:
    """A second machine on the same interface is refused, and the interface cannot be deleted while it is used."""
    make_vm(bench)
    nic = f"{NETWORK}/networkInterfaces/nic".replace("~", RG)
    body = vm_body(bench.body(VM)["properties"]["storageProfile"]["imageReference"]["id"], nic)
    body["properties"]["storageProfile"]["osDisk"]["name"] = "other"
    error = bench.error("PUT", f"{VM}-2", body)
    assert error["code"] == "NicInUse"
    assert bench.error("DELETE", nic, api_version="2023-11-01")["code"] == "NicInUse"


def test_quota(bench_with: Callable[..., Bench]) -> None:
    """A machine that needs more cores than are left is refused; usages tell how many are in use."""
    bench = bench_with(regional_cores=3)
    make_vm(bench)
    usages = bench.body(f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/usages")["value"]
    cores = next(usage for usage in usages if usage["name"]["value"] == "cores")
    assert (cores["currentValue"], cores["limit"]) == (2, 3)
    version = bench.body(VM)["properties"]["storageProfile"]["imageReference"]["id"]
    other = f"{NETWORK}/networkInterfaces/other".replace("~", RG)
    subnet = {"id": f"{NETWORK}/virtualNetworks/vnet/subnets/smoke".replace("~", RG)}
    nic = {"ipConfigurations": [{"name": "p", "properties": {"subnet": subnet}}]}
    bench.settled("PUT", other, {"location": "westeurope", "properties": nic}, api_version="2023-11-01")
    error = bench.error("PUT", f"{VM}-2", vm_body(version, other))
    assert error["code"] == "OperationNotAllowed"
    assert "exceeding approved Total Regional Cores quota" in error["message"]
    assert (
        "Current Limit: 3, Current Usage: 2, Additional Required: 2, (Minimum) New Limit Required: 4"
        in error["message"]
    )


def test_specialized_images_take_no_profile(bench: Bench) -> None:
    """A specialized image starts without osProfile, and refuses one."""
    version, interface = make_version(bench), make_interface(bench)
    bench.cloud.store.update(DEFINITION.replace("~", RG), lambda body: body["properties"].update(osState="Specialized"))
    error = bench.error("PUT", VM, vm_body(version, interface))
    assert error["message"] == "Parameter 'osProfile' is not allowed."
    assert bench.settled("PUT", VM, vm_body(version, interface, osProfile=None))["status"] == "Succeeded"


def test_marketplace_image(bench: Bench) -> None:
    """A marketplace image boots from a build without customizers; an unknown one is refused."""
    make_definition(bench)
    interface = make_interface(bench)
    body = vm_body("", interface)
    reference = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
    body["properties"]["storageProfile"]["imageReference"] = reference
    assert bench.settled("PUT", VM, body)["status"] == "Succeeded"
    shown = bench.body(VM)["properties"]["storageProfile"]["imageReference"]
    assert shown == {**reference, "exactVersion": "0.20260101.1984"}
    assert bench.engine.builds[0].customize == ()
    body["properties"]["storageProfile"]["imageReference"] = {**reference, "offer": "debian-99"}
    assert bench.error("PUT", f"{VM}-2", body)["code"] == "PlatformImageNotFound"
