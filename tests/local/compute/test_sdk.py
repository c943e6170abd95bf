"""The SDK's own compute client, unmodified, against the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
    Gallery,
    GalleryImage,
    GalleryImageVersion,
    GalleryImageVersionUpdate,
    RunCommandInput,
    VirtualMachine,
    VirtualMachineRunCommand,
)

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine, Said

SNAPSHOT = "/resourceGroups/rg/providers/Microsoft.Compute/snapshots/seed"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0sCzyNoC8Q1rxWcUqvo0iPzvcz+VFpNTAmrxIcB4Hf"
DEFINITION = {
    "location": "westeurope",
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "p", "offer": "o", "sku": "s"},
        "features": [{"name": "SecurityType", "value": "Standard"}],
    },
}


@pytest.fixture
def client(
    owner: Any,  # noqa: ANN401 - a caller of the conftest above
    cloud_server: LocalCloud,
    credential: ClientSecretCredential,
    subscription_id: str,
    sdk_options: dict[str, Any],
) -> Iterator[ComputeManagementClient]:
    """A client, a network interface, and a snapshot with a disk behind it, as a build leaves one."""
    network = "~/resourceGroups/rg/providers/Microsoft.Network"
    vnet = {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/24"]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/26"}}],
    }
    body = {"location": "westeurope", "properties": vnet}
    owner.settled("PUT", f"{network}/virtualNetworks/v", body, api_version="2023-11-01")
    subnet = (
        f"/subscriptions/{subscription_id}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    )
    nic = {"ipConfigurations": [{"name": "p", "properties": {"subnet": {"id": subnet}}}]}
    body = {"location": "westeurope", "properties": nic}
    assert owner.settled("PUT", f"{network}/networkInterfaces/nic", body, api_version="2023-11-01").ok
    disk = {"disk": "/disk.raw", "content_digest": "sha256:0", "size_bytes": 30 * 1024**3}
    document = {"id": SNAPSHOT, "location": "westeurope", "properties": {}}
    cloud_server.cloud.store.put(f"/subscriptions/{subscription_id}{SNAPSHOT}", document, internal=disk)
    with ComputeManagementClient(credential, subscription_id, **sdk_options) as known:
        yield known


@pytest.fixture
def version_id(client: ComputeManagementClient, subscription_id: str) -> str:
    """An image version, made through the client."""
    client.galleries.begin_create_or_update("rg", "golden", Gallery({"location": "westeurope"})).result()
    client.gallery_images.begin_create_or_update("rg", "golden", "apache", GalleryImage(DEFINITION)).result()
    body = {
        "location": "westeurope",
        "properties": {
            "publishingProfile": {"targetRegions": [{"name": "westeurope"}], "excludeFromLatest": True},
            "storageProfile": {"osDiskImage": {"source": {"id": f"/subscriptions/{subscription_id}{SNAPSHOT}"}}},
        },
    }
    made = client.gallery_image_versions.begin_create_or_update(
        "rg", "golden", "apache", "1.0.0", GalleryImageVersion(body)
    ).result()
    return str(made.id)


def machine(version_id: str, subscription_id: str) -> dict[str, Any]:
    """A machine from a version."""
    nic = f"/subscriptions/{subscription_id}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic"
    keys = [{"path": "/home/imagegate/.ssh/authorized_keys", "keyData": KEY}]
    return {
        "location": "westeurope",
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
            "storageProfile": {
                "imageReference": {"id": version_id},
                "osDisk": {"createOption": "FromImage", "deleteOption": "Delete"},
            },
            "osProfile": {
                "computerName": "smoke",
                "adminUsername": "imagegate",
                "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}},
            },
            "networkProfile": {"networkInterfaces": [{"id": nic, "properties": {"deleteOption": "Delete"}}]},
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        },
    }


def test_versions(client: ComputeManagementClient, version_id: str) -> None:
    """Replication is read with expand, promotion is a PATCH, and versions are listed and deleted."""
    versions = client.gallery_image_versions
    read = versions.get("rg", "golden", "apache", "1.0.0", expand="ReplicationStatus")
    assert read.properties
    assert read.properties.replication_status
    assert read.properties.replication_status.aggregated_state == "Completed"
    change = {"properties": {"publishingProfile": {"excludeFromLatest": False}}}
    updated = versions.begin_update("rg", "golden", "apache", "1.0.0", GalleryImageVersionUpdate(change)).result()
    assert updated.properties
    assert updated.properties.publishing_profile
    assert updated.properties.publishing_profile.exclude_from_latest is False
    assert [one.name for one in versions.list_by_gallery_image("rg", "golden", "apache")] == ["1.0.0"]
    with pytest.raises(HttpResponseError, match="nested resources"):
        client.galleries.begin_delete("rg", "golden").result()
    versions.begin_delete("rg", "golden", "apache", "1.0.0").result()
    client.gallery_images.begin_delete("rg", "golden", "apache").result()
    client.galleries.begin_delete("rg", "golden").result()
    with pytest.raises(ResourceNotFoundError):
        client.galleries.get("rg", "golden")
    assert version_id.endswith("/versions/1.0.0")


def test_machine(
    client: ComputeManagementClient, version_id: str, subscription_id: str, recording_engine: RecordingEngine
) -> None:
    """Create, look, run a command, look at the console, stop, start, delete: every poller ends."""
    vms = client.virtual_machines
    made = vms.begin_create_or_update("rg", "smoke", VirtualMachine(machine(version_id, subscription_id))).result()
    assert made.properties
    assert made.properties.provisioning_state == "Succeeded"
    recording_engine.machines[0].answer = lambda _script: Said(stdout="hello")
    action = RunCommandInput({"commandId": "RunShellScript", "script": ["echo hello"]})
    said = vms.begin_run_command("rg", "smoke", action).result()
    assert said.value
    assert said.value[0].message == "Enable succeeded: \n[stdout]\nhello\n[stderr]\n"
    command = {"location": "westeurope", "properties": {"source": {"script": "echo hello"}}}
    commands = client.virtual_machine_run_commands
    commands.begin_create_or_update("rg", "smoke", "probe", VirtualMachineRunCommand(command)).result()
    probed = commands.get_by_virtual_machine("rg", "smoke", "probe", expand="instanceView")
    assert probed.properties
    assert probed.properties.instance_view
    assert (probed.properties.instance_view.exit_code, probed.properties.instance_view.output) == (0, "hello")
    data = vms.retrieve_boot_diagnostics_data("rg", "smoke")
    console = requests.get(str(data.serial_console_log_blob_uri), timeout=10)
    assert (console.status_code, console.text) == (200, "Debian GNU/Linux 12 ttyS0\n")
    assert requests.get(str(data.serial_console_log_blob_uri).split("?")[0], timeout=10).status_code != 200
    view = vms.instance_view("rg", "smoke")
    assert [status.code for status in view.statuses or ()] == ["ProvisioningState/succeeded", "PowerState/running"]
    vms.begin_power_off("rg", "smoke").result()
    vms.begin_start("rg", "smoke").result()
    vms.begin_restart("rg", "smoke").result()
    vms.begin_deallocate("rg", "smoke").result()
    vms.begin_delete("rg", "smoke", force_deletion=True).result()
    with pytest.raises(ResourceNotFoundError):
        vms.get("rg", "smoke")
    assert list(client.disks.list_by_resource_group("rg")) == []


def test_offers(client: ComputeManagementClient) -> None:
    """Marketplace versions, sizes, SKUs and usages are understood by the client."""
    [debian] = client.virtual_machine_images.list("westeurope", "Debian", "debian-12", "12-gen2")
    one = client.virtual_machine_images.get("westeurope", "Debian", "debian-12", "12-gen2", debian.name)
    assert one.name == debian.name
    assert "Standard_D2s_v3" in [size.name for size in client.virtual_machine_sizes.list("westeurope")]
    skus = client.resource_skus.list(filter="location eq 'westeurope'")
    assert "Standard_D2s_v3" in [sku.name for sku in skus]
    assert "cores" in [usage.name.value for usage in client.usage.list("westeurope")]
