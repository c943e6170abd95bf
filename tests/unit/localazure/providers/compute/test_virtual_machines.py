"""Virtual machines: made, refused, watched, changed, removed with what they own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import (
    DEFINITION,
    SSH_KEY,
    VM,
    allow,
    make_definition,
    make_interface,
    make_version,
    make_vm,
    vm_body,
)
from localazure.engine_port import MachineRequest, Rule
from recording_engine import RecordedMachine

NETWORK = "~/providers/Microsoft.Network"


def codes(bench: Bench) -> list[str]:
    """The status codes of the machine's instance view."""
    return [status["code"] for status in bench.body(f"{VM}/instanceView")["statuses"]]


def test_machine_is_made_from_the_version(bench: Bench) -> None:
    """201 and Creating as recorded; then Succeeded, with a disk, and the engine boots the version's disk."""
    version, interface = make_version(bench), make_interface(bench, rules=[allow("80")])
    response = bench("PUT", VM, vm_body(version, interface))
    assert response.status == 201
    assert "/providers/Microsoft.Compute/locations/westeurope/operations/" in response.headers["Azure-AsyncOperation"]
    assert response.body["properties"]["provisioningState"] == "Creating"
    assert "adminPassword" not in response.body["properties"]["osProfile"]
    assert bench.cloud.complete(response)
    properties = bench.body(VM)["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["storageProfile"]["imageReference"] == {"id": version}
    disk = bench.body(properties["storageProfile"]["osDisk"]["managedDisk"]["id"])
    assert (disk["name"], disk["properties"]["diskState"], disk["properties"]["diskSizeGB"]) == (
        "smoke-osdisk",
        "Attached",
        30,
    )
    [machine] = bench.engine.machines
    built = bench.cloud.store.get(version)
    assert built
    assert str(machine.request.disk) == built.internal["disk"]
    assert machine.request.hostname == "smoke"
    assert machine.request.ssh_public_keys == (SSH_KEY,)
    address = bench.body(f"{NETWORK}/publicIPAddresses/ip", api_version="2023-11-01")["properties"]["ipAddress"]
    assert (machine.request.public_ip, machine.request.private_ip) == (address, "10.83.0.4")
    assert machine.request.rules == (Rule(protocol="Tcp", first_port=80, last_port=80),)


def test_instance_view_tells_of_the_guest(bench: Bench) -> None:
    """The agent is Not Ready until the guest has reported, and Ready afterwards."""
    make_vm(bench)
    assert codes(bench) == ["ProvisioningState/succeeded", "PowerState/running"]
    view = bench.body(VM, _expand="instanceView")["properties"]["instanceView"]
    assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Not Ready"
    bench.engine.machines[0].provisioned = True
    view = bench.body(VM, _expand="instanceView")["properties"]["instanceView"]
    assert view["vmAgent"]["statuses"][0]["displayStatus"] == "Ready"
    assert view["computerName"] == "smoke"


def test_a_guest_that_never_reports(bench_with: Callable[..., Bench]) -> None:
    """After the deadline the machine turns Failed with OSProvisioningTimedOut."""
    bench = bench_with(provisioning_timeout_s=600)
    make_vm(bench)
    bench.clock.let_pass(seconds=601)
    assert codes(bench)[0] == "ProvisioningState/failed/OSProvisioningTimedOut"
    assert bench.body(VM)["properties"]["provisioningState"] == "Failed"


def test_waiting_for_the_guest_as_azure_does(bench_with: Callable[..., Bench]) -> None:
    """With wait_for_guest the PUT itself fails in Azure's words, and the machine stays and runs."""
    bench = bench_with(wait_for_guest=True, provisioning_timeout_s=600)
    version, interface = make_version(bench), make_interface(bench)
    response = bench("PUT", VM, vm_body(version, interface))
    while not bench.engine.machines:
        bench.clock.sleep(0)
    bench.clock.let_pass(seconds=601)
    record = bench.cloud.complete(response)
    assert record
    error = record["error"]
    assert isinstance(error, dict)
    assert error["code"] == "OSProvisioningTimedOut"
    assert str(error["message"]).startswith("OS Provisioning for VM 'smoke' did not finish in the allotted time.")
    assert bench.body(VM)["properties"]["provisioningState"] == "Failed"
    assert bench.engine.machines[0].is_running()


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


def test_deletion_takes_along_what_goes_with_the_machine(bench: Bench) -> None:
    """Disk, interface and public IP with deleteOption Delete go; security group and network stay."""
    make_vm(bench)
    response = bench("DELETE", VM, forceDeletion="true")
    assert response.status == 202
    assert {"Location", "Azure-AsyncOperation"} <= set(response.headers)
    assert bench.cloud.complete(response)
    assert not bench.engine.machines[0].is_running()
    left = {known.id.type.rsplit("/", 1)[-1] for known in bench.cloud.store.under(RG) if "location" in known.body}
    assert not left & {"virtualMachines", "disks", "networkInterfaces", "publicIPAddresses"}
    assert {"networkSecurityGroups", "virtualNetworks"} <= left
    assert bench("DELETE", VM).status == 204


def test_deletion_detaches_by_default(bench: Bench) -> None:
    """Without a deleteOption disk and interface stay, free for others; an attached disk cannot be deleted before."""
    version, interface = make_version(bench), make_interface(bench)
    body = vm_body(version, interface)
    del body["properties"]["storageProfile"]["osDisk"]["deleteOption"]
    body["properties"]["networkProfile"] = {"networkInterfaces": [{"id": interface}]}
    bench.settled("PUT", VM, body)
    disk = "~/providers/Microsoft.Compute/disks/smoke-osdisk"
    error = bench.error("DELETE", disk)
    assert (error["status"], error["code"]) == (409, "OperationNotAllowed")
    assert error["message"] == f"Disk smoke-osdisk is attached to VM {VM.replace('~', RG)}."
    bench.settled("DELETE", VM)
    assert bench.body(disk)["properties"]["diskState"] == "Unattached"
    assert "virtualMachine" not in bench.body(interface, api_version="2023-11-01")["properties"]
    assert bench.settled("DELETE", disk)["status"] == "Succeeded"


def test_deletion_of_the_group_takes_the_machine(bench: Bench) -> None:
    """Deleting the resource group stops the machine and leaves nothing."""
    make_vm(bench)
    assert bench.settled("DELETE", RG, api_version="2021-04-01")["status"] == "Succeeded"
    assert not bench.engine.machines[0].is_running()
    assert bench.cloud.store.under(RG) == []


def test_rules_follow_the_security_group(bench: Bench) -> None:
    """A change of the group's rules reaches the running machine."""
    make_vm(bench)
    group = {"location": "westeurope", "properties": {"securityRules": [allow("443")]}}
    bench.settled("PUT", f"{NETWORK}/networkSecurityGroups/nsg", group, api_version="2023-11-01")
    assert bench.engine.machines[0].rules == (Rule(protocol="Tcp", first_port=443, last_port=443),)


@pytest.mark.parametrize(("verb", "state"), [("powerOff", "stopped"), ("deallocate", "deallocated")])
def test_power(bench: Bench, verb: str, state: str) -> None:
    """Power off and deallocate end the process and show their state; start boots again; restart keeps the process."""
    make_vm(bench)
    response = bench("POST", f"{VM}/{verb}")
    assert response.status == 202
    bench.cloud.complete(response)
    assert codes(bench)[1] == f"PowerState/{state}"
    bench.settled("POST", f"{VM}/start")
    assert codes(bench)[1] == "PowerState/running"
    assert len(bench.engine.machines) == 2
    bench.settled("POST", f"{VM}/restart")
    assert bench.engine.machines[1].restarts == 1


def test_a_guest_that_shut_itself_down_is_stopped(bench: Bench) -> None:
    """A process that ended by itself shows as stopped."""
    make_vm(bench)
    bench.engine.machines[0].running = False
    assert codes(bench)[1] == "PowerState/stopped"


def test_interfaces_may_be_described(bench: Bench) -> None:
    """A machine may describe its interface and public IP; both are made, and go with it as their options say."""
    version, _ = make_version(bench), make_interface(bench, rules=[allow("80")])
    subnet = {"id": f"{NETWORK}/virtualNetworks/vnet/subnets/smoke".replace("~", RG)}
    public = {"name": "own-ip", "sku": {"name": "Standard"}}
    public |= {"properties": {"deleteOption": "Delete", "publicIPAllocationMethod": "Static"}}
    inner = {"name": "p", "properties": {"primary": True, "subnet": subnet, "publicIPAddressConfiguration": public}}
    described = {"name": "own-nic", "properties": {"deleteOption": "Delete", "ipConfigurations": [inner]}}
    profile = {"networkApiVersion": "2023-11-01", "networkInterfaceConfigurations": [described]}
    body = vm_body(version, "", networkProfile=profile)
    assert bench.settled("PUT", VM, body)["status"] == "Succeeded"
    nic = f"{NETWORK}/networkInterfaces/own-nic".replace("~", RG)
    shown = bench.body(VM)["properties"]["networkProfile"]
    assert shown == {"networkInterfaces": [{"id": nic, "properties": {"deleteOption": "Delete"}}]}
    address = bench.body(f"{NETWORK}/publicIPAddresses/own-ip", api_version="2023-11-01")["properties"]["ipAddress"]
    assert bench.engine.machines[0].request.public_ip == address
    assert bench.engine.machines[0].rules == (Rule(protocol="Tcp", first_port=80, last_port=80),)
    bench.settled("DELETE", VM)
    for path in (nic, f"{NETWORK}/publicIPAddresses/own-ip"):
        assert bench("GET", path, api_version="2023-11-01").status == 404


def test_described_interfaces_that_cannot_be_made_leave_nothing(bench: Bench) -> None:
    """When the interface is refused, the public IP that was made for it goes again, and there is no machine."""
    version = make_version(bench)
    public = {"name": "own-ip", "properties": {"publicIPAllocationMethod": "Static"}, "sku": {"name": "Standard"}}
    subnet = {"id": f"{NETWORK}/virtualNetworks/absent/subnets/smoke".replace("~", RG)}
    inner = {"name": "p", "properties": {"subnet": subnet, "publicIPAddressConfiguration": public}}
    described = {"name": "own-nic", "properties": {"ipConfigurations": [inner]}}
    body = vm_body(version, "", networkProfile={"networkInterfaceConfigurations": [described]})
    assert bench.error("PUT", VM, body)["status"] in (400, 404)
    assert bench("GET", f"{NETWORK}/publicIPAddresses/own-ip", api_version="2023-11-01").status == 404
    assert bench("GET", VM).status == 404


def test_patch_and_put_again(bench: Bench) -> None:
    """Tags and delete options may change; the image may not."""
    make_vm(bench)
    bench.settled("PATCH", VM, {"tags": {"expires": "soon"}})
    assert bench.body(VM)["tags"] == {"expires": "soon"}
    other = {"properties": {"storageProfile": {"imageReference": {"id": "/other"}}}}
    assert bench.error("PATCH", VM, other)["code"] == "PropertyChangeNotAllowed"
    resized = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert bench.error("PATCH", VM, resized)["code"] == "LocalCloudCannotResize"


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


def test_an_engine_that_cannot_boot(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the engine fails, the machine is Failed and stays, as on Azure, and can be deleted."""

    def broken(_request: object) -> None:
        raise RuntimeError("no space left on device")

    version, interface = make_version(bench), make_interface(bench)
    monkeypatch.setattr(bench.engine, "boot", broken)
    record = bench.settled("PUT", VM, vm_body(version, interface))
    assert record["error"]["code"] == "LocalCloudBootFailed"
    assert "no space left" in record["error"]["message"]
    assert bench.body(VM)["properties"]["provisioningState"] == "Failed"
    assert bench.settled("DELETE", VM)["status"] == "Succeeded"


def test_a_failed_machine_may_be_put_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PUT on a Failed machine tries again with the disk that is there."""

    def broken(_request: object) -> None:
        raise RuntimeError("busy")

    version, interface = make_version(bench), make_interface(bench)
    with monkeypatch.context() as patched:
        patched.setattr(bench.engine, "boot", broken)
        assert bench.settled("PUT", VM, vm_body(version, interface))["status"] == "Failed"
    assert bench.settled("PUT", VM, vm_body(version, interface))["status"] == "Succeeded"


def test_deletion_while_starting_leaves_no_process(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is deleted while the engine starts it does not run on."""
    version, interface = make_version(bench), make_interface(bench)
    boot = bench.engine.boot

    def slow(request: MachineRequest) -> RecordedMachine:
        bench.settled("DELETE", VM)
        return boot(request)

    monkeypatch.setattr(bench.engine, "boot", slow)
    assert bench.settled("PUT", VM, vm_body(version, interface))["status"] == "Failed"
    assert [machine.is_running() for machine in bench.engine.machines] == [False]
    assert bench("GET", VM).status == 404


def test_lists(bench: Bench) -> None:
    """Machines and disks are listed by group and subscription."""
    make_vm(bench)
    for scope in (RG, SUBSCRIPTION):
        for kind in ("virtualMachines", "disks"):
            assert len(bench.body(f"{scope}/providers/Microsoft.Compute/{kind}")["value"]) == 1
