"""The running machines behind virtual machine documents: booted, stopped, and kept to their network's rules."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.engine_port import Machine, MachineRequest
from localazure.long_running import Ending
from localazure.providers.compute import network_attachment, os_profile, sizes
from localazure.providers.compute.documents import put_internal
from localazure.providers.compute.settings import ComputeSettings
from localazure.providers.compute.sources import source_content
from localazure.store import Document

VM_TYPE = "Microsoft.Compute/virtualMachines"
_RULES_CHANGE = ("networksecuritygroups", "networkinterfaces", "virtualnetworks", "publicipaddresses")


class Machines:
    """Every machine that runs, by the key of its document's id."""

    def __init__(self, cloud: Cloud, settings: ComputeSettings) -> None:
        self._cloud = cloud
        self._settings = settings
        self._running: dict[str, Machine] = {}
        self._lock = threading.Lock()
        cloud.long_running.listeners.append(self._reread_rules)
        self._deallocate_what_a_restart_cut_off()

    def get(self, vm_id: ResourceId) -> Machine | None:
        """The machine behind a document while its process is known."""
        with self._lock:
            return self._running.get(vm_id.key)

    def boot(self, vm: Document, *, custom_data: bytes | None = None) -> Machine:
        """Start a machine from its OS disk's content; returns once its process runs."""
        properties = vm.body["properties"]
        addresses = network_attachment.addresses(self._cloud, _primary_interface(properties))
        size = sizes.find(str(properties["hardwareProfile"]["vmSize"]))
        if size is None:
            raise ArmError(400, "InvalidParameter", "The virtual machine's size is not known.", target="vmSize")
        profile = properties.get("osProfile") or {}
        content = source_content(self._cloud, str(properties["storageProfile"]["osDisk"]["managedDisk"]["id"]))
        started = self._cloud.clock.now()
        machine = self._cloud.engine.boot(
            MachineRequest(
                machine_id=str(properties["vmId"]),
                disk=Path(content.path),
                cpus=min(size.vcpus, self._settings.most_cpus),
                memory_mib=min(size.memory_mib, self._settings.most_memory_mib),
                hostname=str(profile.get("computerName", vm.id.name)),
                admin_username=str(profile.get("adminUsername", "")),
                ssh_public_keys=os_profile.public_keys(profile),
                private_ip=addresses.private_ip,
                public_ip=addresses.public_ip,
                custom_data=custom_data,
                rules=addresses.rules,
            )
        )
        with self._lock:
            self._running[vm.id.key] = machine
        if self._cloud.store.get(vm.id) is None:  # deleted while it was being started
            self.stop(vm.id, power="stopped")
            raise resource_not_found(vm.id)
        put_internal(
            self._cloud,
            vm.id,
            power="running",
            started=timestamp(started),
            serial_log=str(machine.serial_log),
        )
        return machine

    def stop(self, vm_id: ResourceId, *, power: str) -> None:
        """End a machine's process, if there is one, and write down why (`stopped`, `deallocated`)."""
        with self._lock:
            machine = self._running.pop(vm_id.key, None)
        if machine is not None:
            machine.stop()
        put_internal(self._cloud, vm_id, power=power)

    def _reread_rules(self, ending: Ending) -> None:
        path = ending.request.path.lower()
        if ending.request.method == "GET" or not any(word in path for word in _RULES_CHANGE):
            return
        with self._lock:
            running = list(self._running.items())
        for key, machine in running:
            vm = self._cloud.store.get(key)
            if vm is not None:
                interface = _primary_interface(vm.body["properties"])
                machine.set_rules(network_attachment.addresses(self._cloud, interface).rules)

    def _deallocate_what_a_restart_cut_off(self) -> None:
        for vm in self._cloud.store.of_type(VM_TYPE):
            put_internal(self._cloud, vm.id, power="deallocated")
            if vm.body["properties"].get("provisioningState") in ("Creating", "Updating", "Deleting"):
                self._cloud.store.update(vm.id, _failed)


def _failed(body: dict[str, Any]) -> None:
    body["properties"]["provisioningState"] = "Failed"


def _primary_interface(properties: dict[str, Any]) -> str:
    return network_attachment.primary(properties["networkProfile"]["networkInterfaces"])
