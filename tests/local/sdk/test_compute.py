"""Machines, disks and images of azure-mgmt-compute against the local cloud."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from recording_engine import RecordingEngine, Said
from sdk_bench import Sdk

PLACE = {"location": "westeurope"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0sCzyNoC8Q1rxWcUqvo0iPzvcz+VFpNTAmrxIcB4Hf"


def test_a_machine_lives(azure: Sdk, group: str, machine: dict[str, Any]) -> None:
    """A machine is made, found, listed, changed, turned off and on, and takes its disk and interface with it."""
    vms = azure.compute.virtual_machines
    made = vms.begin_create_or_update(group, "smoke", machine)
    assert made.properties.provisioning_state == "Succeeded"
    assert vms.get(group, "smoke", expand="instanceView").properties.instance_view.statuses
    assert [entry.name for entry in vms.list(group)] == ["smoke"]
    assert made.id in [entry.id for entry in vms.list_all()]
    assert vms.begin_update(group, "smoke", {"tags": {"a": "b"}}).tags == {"a": "b"}
    states = {"begin_power_off": "stopped", "begin_start": "running", "begin_restart": "running"}
    for verb, state in {**states, "begin_deallocate": "deallocated"}.items():
        getattr(vms, verb)(group, "smoke")
        assert f"PowerState/{state}" in [status.code for status in vms.instance_view(group, "smoke").statuses]
    vms.begin_redeploy(group, "smoke")
    vms.begin_reapply(group, "smoke")
    assert "Standard_D4s_v3" in [size.name for size in vms.list_available_sizes(group, "smoke")]
    assert made.id in [entry.id for entry in vms.list_by_location("westeurope")]
    assert azure.compute.virtual_machine_extensions.list(group, "smoke").value == []
    bigger = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert vms.begin_update(group, "smoke", bigger).properties.hardware_profile.vm_size == "Standard_D4s_v3"
    vms.generalize(group, "smoke")
    vms.begin_delete(group, "smoke", force_deletion=True)
    with pytest.raises(ResourceNotFoundError):
        vms.get(group, "smoke")
    assert azure.compute.disks.list_by_resource_group(group) == []
    assert azure.network.network_interfaces.list(group) == []


def test_a_machine_is_talked_to(azure: Sdk, group: str, machine: dict[str, Any], engine: RecordingEngine) -> None:
    """Commands run in it, in both flavours, and its console is read by anyone who has the link."""
    vms, commands = azure.compute.virtual_machines, azure.compute.virtual_machine_run_commands
    vms.begin_create_or_update(group, "smoke", machine)
    engine.machines[-1].answer = lambda _script: Said(stdout="hello")
    said = vms.begin_run_command(group, "smoke", {"commandId": "RunShellScript", "script": ["echo hello"]})
    assert said.value[0].message == "Enable succeeded: \n[stdout]\nhello\n[stderr]\n"
    place, body = (group, "smoke", "probe"), PLACE | {"properties": {"source": {"script": "echo hello"}}}
    commands.begin_create_or_update(*place, body)
    probed = commands.get_by_virtual_machine(*place, expand="instanceView").properties.instance_view
    assert (probed.exit_code, probed.output) == (0, "hello")
    assert [entry.name for entry in commands.list_by_virtual_machine(group, "smoke")] == ["probe"]
    commands.begin_delete(*place)
    assert commands.list_by_virtual_machine(group, "smoke") == []
    link = vms.retrieve_boot_diagnostics_data(group, "smoke").serial_console_log_blob_uri
    assert "Debian GNU/Linux 12" in requests.get(link, timeout=10, verify=str(azure.server.ca_bundle)).text


def test_an_image_and_its_snapshot_live(azure: Sdk, group: str, snapshot_id: str) -> None:
    """A managed image is made of a snapshot, found, listed and deleted, and so is the snapshot."""
    compute = azure.compute
    disk = {"osType": "Linux", "osState": "Generalized", "snapshot": {"id": snapshot_id}}
    body = PLACE | {"properties": {"storageProfile": {"osDisk": disk}, "hyperVGeneration": "V2"}}
    made = compute.images.begin_create_or_update(group, "i", body)
    assert compute.images.get(group, "i").id == made.id
    assert [entry.name for entry in compute.images.list_by_resource_group(group)] == ["i"]
    assert made.id in [entry.id for entry in compute.images.list()]
    assert compute.images.begin_update(group, "i", {"tags": {"a": "b"}}).tags == {"a": "b"}
    compute.images.begin_delete(group, "i")
    with pytest.raises(ResourceNotFoundError):
        compute.images.get(group, "i")

    assert compute.snapshots.get(group, "seed").id == snapshot_id
    assert [entry.name for entry in compute.snapshots.list_by_resource_group(group)] == ["seed"]
    assert snapshot_id in [entry.id for entry in compute.snapshots.list()]
    assert compute.snapshots.begin_update(group, "seed", {"tags": {"a": "b"}}).tags == {"a": "b"}
    compute.snapshots.begin_revoke_access(group, "seed")
    compute.snapshots.begin_delete(group, "seed")
    assert compute.snapshots.list_by_resource_group(group) == []


def test_an_os_disk_outlives_its_machine(azure: Sdk, group: str, machine: dict[str, Any]) -> None:
    """A disk that is to be detached stays, is listed and tagged, and then goes by itself."""
    compute = azure.compute
    machine["properties"]["storageProfile"]["osDisk"] = {"createOption": "FromImage", "name": "os"}
    compute.virtual_machines.begin_create_or_update(group, "smoke", machine)
    assert compute.disks.get(group, "os").managed_by
    compute.virtual_machines.begin_delete(group, "smoke")
    kept = compute.disks.get(group, "os")
    assert kept.properties.disk_state == "Unattached"
    assert [entry.name for entry in compute.disks.list_by_resource_group(group)] == ["os"]
    assert kept.id in [entry.id for entry in compute.disks.list()]
    assert compute.disks.begin_update(group, "os", {"tags": {"a": "b"}}).tags == {"a": "b"}
    compute.disks.begin_delete(group, "os")
    with pytest.raises(ResourceNotFoundError):
        compute.disks.get(group, "os")


def test_what_is_on_offer(azure: Sdk) -> None:
    """Marketplace versions, sizes, SKUs and usages."""
    compute, debian = azure.compute, ("westeurope", "Debian", "debian-12", "12-gen2")
    [one] = compute.virtual_machine_images.list(*debian)
    assert compute.virtual_machine_images.get(*debian, one.name).name == one.name
    assert "Standard_D2s_v3" in [size.name for size in compute.virtual_machine_sizes.list("westeurope")]
    assert "Standard_D2s_v3" in [sku.name for sku in compute.resource_skus.list(filter="location eq 'westeurope'")]
    assert "cores" in [usage.name.value for usage in compute.usage.list("westeurope")]


def test_a_disk_is_made_and_copied(azure: Sdk, group: str) -> None:
    """An empty disk grows and does not shrink; a snapshot is a copy of it, and a disk a copy of that."""
    disks, snapshots = azure.compute.disks, azure.compute.snapshots
    empty = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 8}
    made = disks.begin_create_or_update(group, "data", PLACE | {"properties": empty})
    assert (made.properties.disk_state, made.properties.disk_size_bytes) == ("Unattached", 8 * 1024**3)
    copy = {"creationData": {"createOption": "Copy", "sourceResourceId": made.id}}
    taken = snapshots.begin_create_or_update(group, "shot", PLACE | {"properties": copy})
    assert taken.properties.creation_data.source_unique_id == made.properties.unique_id
    again = {"creationData": {"createOption": "Copy", "sourceResourceId": taken.id}}
    premium = PLACE | {"properties": again, "sku": {"name": "Premium_LRS"}}
    assert disks.begin_create_or_update(group, "again", premium).properties.tier == "P2"
    assert disks.begin_update(group, "data", {"properties": {"diskSizeGB": 16}}).properties.disk_size_gb == 16
    with pytest.raises(HttpResponseError, match="can only grow"):
        disks.begin_update(group, "data", {"properties": {"diskSizeGB": 4}})
    marketplace = azure.compute.virtual_machine_images.list("westeurope", "Debian", "debian-12", "12-gen2")[0].id
    image = {"creationData": {"createOption": "FromImage", "imageReference": {"id": marketplace}}}
    assert disks.begin_create_or_update(group, "os", PLACE | {"properties": image}).properties.os_type == "Linux"


def test_data_disks_are_attached_and_detached(azure: Sdk, group: str, machine: dict[str, Any]) -> None:
    """A machine holds the disks that it is given; a held disk stays, and each goes its way with the machine."""
    vms, disks = azure.compute.virtual_machines, azure.compute.disks
    empty = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 8}
    kept = disks.begin_create_or_update(group, "kept", PLACE | {"properties": empty})
    new = {"lun": 0, "name": "new", "createOption": "Empty", "diskSizeGB": 4, "deleteOption": "Delete"}
    machine["properties"]["storageProfile"]["dataDisks"] = [new]
    made = vms.begin_create_or_update(group, "smoke", machine).properties.storage_profile.data_disks
    attached = {"lun": 1, "createOption": "Attach", "managedDisk": {"id": kept.id}}
    there = {**new, "managedDisk": {"id": made[0].managed_disk.id}}
    vms.begin_update(group, "smoke", {"properties": {"storageProfile": {"dataDisks": [there, attached]}}})
    assert disks.get(group, "kept").properties.disk_state == "Attached"
    with pytest.raises(HttpResponseError, match="is attached to VM"):
        disks.begin_delete(group, "kept")
    twice = {"properties": {"storageProfile": {"dataDisks": [attached, {**new, "lun": 1}]}}}
    with pytest.raises(HttpResponseError, match="LUN 1 is already in use"):
        vms.begin_update(group, "smoke", twice)
    vms.begin_delete(group, "smoke")
    assert [(entry.name, entry.managed_by) for entry in disks.list_by_resource_group(group)] == [("kept", None)]


def test_a_public_key_lives(azure: Sdk, group: str) -> None:
    """A key is kept, found, listed, changed; a pair is made once for one that has none; it goes."""
    keys = azure.compute.ssh_public_keys
    made = keys.create(group, "mine", PLACE | {"properties": {"publicKey": KEY}})
    assert keys.get(group, "mine").properties.public_key == KEY
    assert [entry.name for entry in keys.list_by_resource_group(group)] == ["mine"]
    assert made.id in [entry.id for entry in keys.list_by_subscription()]
    assert keys.update(group, "mine", {"tags": {"a": "b"}}).tags == {"a": "b"}
    keys.create(group, "new", PLACE)
    pair = keys.generate_key_pair(group, "new", {"encryptionType": "Ed25519"})
    assert pair.private_key.startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert keys.get(group, "new").properties.public_key == pair.public_key
    keys.delete(group, "mine")
    with pytest.raises(ResourceNotFoundError):
        keys.get(group, "mine")
