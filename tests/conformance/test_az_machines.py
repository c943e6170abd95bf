"""`az vm`: a machine from a gallery version, asked, commanded, and deleted with what belongs to it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from azure_cli import Az
from recording_engine import RecordingEngine, Said

pytestmark = pytest.mark.slow

GROUP = ("--resource-group", "rg-machines")
DEFINITION = (*GROUP, "--gallery-name", "golden", "--gallery-image-definition", "apache")
MACHINE = (*GROUP, "--name", "smoke")


@pytest.fixture(scope="module")
def version_id(az: Az) -> str:
    """A gallery version that an image template's automatic run left."""
    group = az("group", "create", "--name", "rg-machines", "--location", "westeurope")
    az.registered("Compute", "ManagedIdentity", "Network", "Storage", "VirtualMachineImages", "ContainerInstance")
    identity = az("identity", "create", *GROUP, "--name", "builder")
    az(
        *("role", "assignment", "create", "--assignee-object-id", identity["principalId"]),
        *("--assignee-principal-type", "ServicePrincipal", "--role", "Contributor", "--scope", group["id"]),
    )
    az("sig", "create", *GROUP, "--gallery-name", "golden")
    az(
        *("sig", "image-definition", "create", *DEFINITION, "--features", "SecurityType=Standard"),
        *("--publisher", "contoso", "--offer", "web", "--sku", "apache", "--os-type", "Linux"),
    )
    az(
        *("image", "builder", "create", *GROUP, "--name", "apache", "--identity", "builder"),
        *("--image-source", "Debian:debian-12:12-gen2:latest", "--scripts", "https://example.org/none.sh", "--defer"),
        *("--shared-image-destinations", "golden/apache=westeurope"),
    )
    az("image", "builder", "customizer", "clear", *GROUP, "--name", "apache", "--defer")
    az("image", "builder", "update", *GROUP, "--name", "apache")
    az("image", "builder", "run", *GROUP, "--name", "apache")
    return str(az("image", "builder", "show-runs", *GROUP, "--name", "apache")[0]["artifactId"])


@pytest.fixture(scope="module")
def machine(az: Az, version_id: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `az vm create` says of a machine of that version; its guest reports at once."""
    key: Path = tmp_path_factory.mktemp("key") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    return dict(
        az(
            *("vm", "create", *MACHINE, "--image", version_id, "--size", "Standard_D2s_v3"),
            *("--admin-username", "smoke", "--ssh-key-values", f"{key}.pub", "--security-type", "Standard"),
            *("--public-ip-sku", "Standard", "--nsg-rule", "NONE"),
            *("--os-disk-delete-option", "Delete", "--nic-delete-option", "Delete"),
        )
    )


def test_a_machine_of_a_gallery_version(
    az: Az, machine: dict[str, Any], version_id: str, recording_engine: RecordingEngine
) -> None:
    """The version's disk boots with the key and the ports that were asked for, on a public address; so says az."""
    assert machine["powerState"] == "VM running"
    (booted,) = recording_engine.machines
    assert booted.request.public_ip == machine["publicIpAddress"]
    assert booted.request.admin_username == "smoke"
    assert booted.request.ssh_public_keys[0].startswith("ssh-ed25519 ")
    assert not booted.rules

    shown = az("vm", "show", *MACHINE, "--show-details")
    assert shown["storageProfile"]["imageReference"]["id"] == version_id
    assert shown["publicIps"] == machine["publicIpAddress"]
    assert [one["name"] for one in az("vm", "list", *GROUP)] == ["smoke"]
    az("vm", "open-port", *MACHINE, "--port", "80")
    assert [(rule.protocol, rule.first_port) for rule in booted.rules if rule.first_port == 80][:1] == [("Tcp", 80)]


def test_a_command_is_run(az: Az, machine: dict[str, Any], recording_engine: RecordingEngine) -> None:
    """`run-command invoke` succeeds whatever the script's exit code is; what it printed stands in the message."""
    del machine
    (booted,) = recording_engine.machines
    booted.provisioned = True
    booted.answer = lambda _script: Said(exit_code=3, stdout="served\n", stderr="and warned\n")
    told = az("vm", "run-command", "invoke", *MACHINE, "--command-id", "RunShellScript", "--scripts", "curl localhost")
    (value,) = told["value"]
    assert value["code"] == "ProvisioningState/succeeded"
    assert "[stdout]\nserved\n" in value["message"]
    assert "[stderr]\nand warned\n" in value["message"]
    assert "curl localhost" in booted.scripts[-1]


def test_the_serial_log(az: Az, machine: dict[str, Any]) -> None:
    """`boot-diagnostics` is switched on, and its log is the machine's serial console."""
    del machine
    az("vm", "boot-diagnostics", "enable", *MACHINE)
    log = az.text("vm", "boot-diagnostics", "get-boot-log", *MACHINE)
    assert "Debian GNU/Linux 12 ttyS0" in log


def test_power(az: Az, machine: dict[str, Any], recording_engine: RecordingEngine) -> None:
    """Restarted, deallocated, started: the engine's machine follows, and az shows its state."""
    del machine
    az("vm", "restart", *MACHINE)
    assert recording_engine.machines[0].restarts == 1
    az("vm", "deallocate", *MACHINE)
    view = az("vm", "get-instance-view", *MACHINE)["instanceView"]
    assert view["statuses"][-1]["code"] == "PowerState/deallocated"
    assert recording_engine.machines[-1].running is False
    az("vm", "start", *MACHINE)
    assert recording_engine.machines[-1].running is True


def test_deleting_takes_what_belongs_to_it(az: Az, machine: dict[str, Any], recording_engine: RecordingEngine) -> None:
    """Disk and network interface go with the machine, as their delete options say; address and network stay."""
    del machine
    az("vm", "delete", *MACHINE, "--yes")
    assert all(not one.running for one in recording_engine.machines)
    kinds = {one["type"] for one in az("resource", "list", *GROUP)}
    assert not kinds & {
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/disks",
        "Microsoft.Network/networkInterfaces",
    }
    assert kinds >= {"Microsoft.Network/publicIPAddresses", "Microsoft.Network/virtualNetworks"}


def test_sizes_and_images_are_found(az: Az, version_id: str) -> None:
    """What `az vm create` asks for by itself is there to be asked for: sizes, quota, a marketplace image."""
    del version_id
    where = ("--location", "westeurope")
    skus = az("vm", "list-skus", *where, "--size", "Standard_D2s_v3")
    assert [one["name"] for one in skus] == ["Standard_D2s_v3"]
    assert az("vm", "list-usage", *where, "--query", "[?name.value=='cores'].limit")
    assert az("vm", "image", "show", *where, "--urn", "Debian:debian-12:12-gen2:latest")["hyperVGeneration"] == "V2"
