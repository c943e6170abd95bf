"""Deletion of a machine and, by their deleteOption, of its disk, network interfaces and public IPs.

The cascade covers only what a machine that exists owns; default is Detach (azure-compute-docs, delete.md).
"""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.cloud import Cloud
from localazure.providers.compute import console_storage, data_disks, disks, network_attachment
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import set_provisioning_state
from localazure.providers.compute.machines import Machines
from localazure.providers.compute.serial_logs import keep_serial_log
from localazure.store import Document

NETWORK_API_VERSION = "2023-11-01"


class VmDeletion:
    """The DELETE operation. `forceDeletion` is accepted: machines here are ended without grace anyway."""

    def __init__(self, cloud: Cloud, machines: Machines) -> None:
        self._cloud = cloud
        self._machines = machines

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Stop and remove a machine; 204 when there is none."""
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)
        set_provisioning_state(self._cloud, known.id, "Deleting")
        return accept(
            self._cloud,
            request,
            lambda: self._remove(request, known),
            location=str(known.body["location"]),
            status=202,
            monitor=True,
        )

    def _remove(self, request: ArmRequest, vm: Document) -> None:
        self._machines.stop(vm.id, power="stopped")
        current = self._cloud.store.get(vm.id)
        for child in self._cloud.store.under(vm.id):
            self._cloud.store.delete(child.id)
        self._cloud.store.delete(vm.id)
        self._machines.stop(vm.id, power="stopped")  # one that was being started meanwhile
        properties = vm.body["properties"]
        console_storage.forget(self._cloud, str(properties["vmId"]))
        keep_serial_log(self._cloud, current or vm)
        self._let_go_of_disk(properties["storageProfile"]["osDisk"])
        data_disks.let_go(self._cloud, properties["storageProfile"].get("dataDisks") or ())
        for reference in properties["networkProfile"]["networkInterfaces"]:
            self._let_go_of_interface(request, reference)

    def _let_go_of_disk(self, os_disk: dict[str, Any]) -> None:
        disk_id = str(os_disk["managedDisk"]["id"])
        if str(os_disk.get("deleteOption", "Detach")).lower() == "delete" or os_disk.get("diffDiskSettings"):
            self._cloud.store.delete(disk_id)
        else:
            disks.detach(self._cloud, disk_id)

    def _let_go_of_interface(self, request: ArmRequest, reference: dict[str, Any]) -> None:
        interface_id = str(reference["id"])
        interface = self._cloud.store.get(interface_id)
        network_attachment.release(self._cloud, interface_id)
        option = (reference.get("properties") or {}).get("deleteOption") or reference.get("deleteOption") or "Detach"
        if interface is None or str(option).lower() != "delete":
            return
        self._delete(request, interface_id)
        for public_ip_id in network_attachment.public_ip_ids(interface.body, only_deleted_with_it=True):
            self._delete(request, public_ip_id)

    def _delete(self, request: ArmRequest, resource_id: str) -> None:
        """Ask Network to delete, as Azure itself: a cascade needs no right of the caller's on what the machine owns."""
        response = self._cloud.call(
            "DELETE",
            resource_id,
            principal=self._cloud.platform,
            api_version=NETWORK_API_VERSION,
            correlation_id=request.correlation_id,
        )
        if response.status >= 400:
            error = (response.body or {}).get("error", {})
            raise ArmError(response.status, str(error.get("code", "Conflict")), str(error.get("message", resource_id)))
        self._cloud.complete(response)
