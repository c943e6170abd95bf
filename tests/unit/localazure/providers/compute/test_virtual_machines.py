"""Virtual machines: made, watched, switched on and off, changed, listed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from image_world import (
    SSH_KEY,
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
    bench.clock.let_pass(seconds=601)
    record = bench.cloud.complete(response)
    assert record
    error = record["error"]
    assert isinstance(error, dict)
    assert error["code"] == "OSProvisioningTimedOut"
    assert str(error["message"]).startswith("OS Provisioning for VM 'smoke' did not finish in the allotted time.")
    assert bench.body(VM)["properties"]["provisioningState"] == "Failed"
    assert bench.engine.machines[0].is_running()


def test_boot_counts_towards_the_deadline(bench_with: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose boot alone takes longer than the deadline is too late when it has booted."""
    bench = bench_with(wait_for_guest=True, provisioning_timeout_s=600)
    boot = bench.engine.boot

    def slow_boot(request: MachineRequest) -> RecordedMachine:
        bench.clock.move(seconds=601)
        return boot(request)

    monkeypatch.setattr(bench.engine, "boot", slow_boot)
    body = vm_body(make_version(bench), make_interface(bench))
    assert bench.settled("PUT", VM, body)["error"]["code"] == "OSProvisioningTimedOut"


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


def test_patch_and_put_again(bench: Bench) -> None:
    """Tags, delete options and the size may change; the image may not."""
    make_vm(bench)
    bench.settled("PATCH", VM, {"tags": {"expires": "soon"}})
    assert bench.body(VM)["tags"] == {"expires": "soon"}
    other = {"properties": {"storageProfile": {"imageReference": {"id": "/other"}}}}
    assert bench.error("PATCH", VM, other)["code"] == "PropertyChangeNotAllowed"
    resized = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert bench.settled("PATCH", VM, resized)["status"] == "Succeeded"
    assert bench.body(VM)["properties"]["hardwareProfile"]["vmSize"] == "Standard_D4s_v3"
    assert len(bench.engine.machines) == 2, "another size is another start"
    absent = {"properties": {"hardwareProfile": {"vmSize": "Standard_Nothing"}}}
    assert bench.error("PATCH", VM, absent)["code"] == "InvalidParameter"


def test_lists(bench: Bench) -> None:
    """Machines and disks are listed by group and subscription."""
    make_vm(bench)
    for scope in (RG, SUBSCRIPTION):
        for kind in ("virtualMachines", "disks"):
            assert len(bench.body(f"{scope}/providers/Microsoft.Compute/{kind}")["value"]) == 1
