"""What a machine owns: made for it, taken along or left behind, and what a failed start leaves."""

from __future__ import annotations

import pytest

from cloud_bench import RG, Bench
from image_world import (
    VM,
    allow,
    make_interface,
    make_version,
    make_vm,
    vm_body,
)
from localazure.engine_port import MachineRequest, Rule
from recording_engine import RecordedMachine

NETWORK = "~/providers/Microsoft.Network"


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
