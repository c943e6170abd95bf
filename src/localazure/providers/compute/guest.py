"""Whether a machine's guest has reported ready, and what follows when it never does."""

from __future__ import annotations

from datetime import datetime

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute.documents import require, set_provisioning_state
from localazure.providers.compute.machines import Machines
from localazure.providers.compute.settings import ComputeSettings
from localazure.store import Document


class Guest:
    """Looks at guests; the deadline is the settings'."""

    def __init__(self, cloud: Cloud, machines: Machines, settings: ComputeSettings) -> None:
        self._cloud = cloud
        self._machines = machines
        self._settings = settings

    def wait(self, vm_id: ResourceId) -> None:
        """Wait for the guest if the settings ask for it; raises OSProvisioningTimedOut at the deadline.

        They do not by default: a probe has its own attempts.
        """
        if not self._cloud.settings.current.wait_for_guest:
            return
        vm = require(self._cloud, vm_id)
        while not self._has_reported(vm_id):
            if self._is_late(vm):
                raise timed_out(vm_id.name)
            self._cloud.clock.sleep(self._settings.guest_poll_s)

    def looked_at(self, vm: Document) -> Document:
        """The machine's document, turned to Failed when its guest is overdue."""
        waits = vm.internal.get("power") == "running" and vm.body["properties"]["provisioningState"] == "Succeeded"
        if not waits or not vm.internal.get("started") or self._has_reported(vm.id) or not self._is_late(vm):
            return vm
        set_provisioning_state(self._cloud, vm.id, "Failed")
        return self._cloud.store.get(vm.id) or vm

    def _has_reported(self, vm_id: ResourceId) -> bool:
        machine = self._machines.get(vm_id)
        return machine is None or machine.provisioned is not False

    def _is_late(self, vm: Document) -> bool:
        """The time counts from before the boot: `Machines` wrote it down then."""
        started = datetime.fromisoformat(str(vm.internal["started"]))
        return (self._cloud.clock.now() - started).total_seconds() > self._settings.provisioning_timeout_s


def timed_out(name: str) -> ArmError:
    """Azure's words for a guest that never reported."""
    return ArmError(
        409,
        "OSProvisioningTimedOut",
        f"OS Provisioning for VM '{name}' did not finish in the allotted time. The VM may still finish provisioning "
        "successfully. Please check provisioning state later. For details on how to check current provisioning state "
        "of Windows VMs, refer to https://aka.ms/WindowsVMLifecycle and Linux VMs, refer to https://aka.ms/LinuxVMLifecycle.",
    )
