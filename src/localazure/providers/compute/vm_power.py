"""A machine's power: start, restart, power off, deallocate, generalize.

A machine that was stopped or deallocated starts from its image's disk again: what it wrote is gone, as if its OS disk
were ephemeral.
"""

from __future__ import annotations

from collections.abc import Callable

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import put_internal, require, set_provisioning_state
from localazure.providers.compute.machines import Machines
from localazure.providers.compute.virtual_machines import PATH
from localazure.providers.compute.vm_document import TYPE
from localazure.store import Document


class VmPower:
    """The power operations: each 202, and a monitor that answers 200 at the end."""

    def __init__(self, cloud: Cloud, machines: Machines) -> None:
        self._cloud = cloud
        self._machines = machines

    def start(self, request: ArmRequest) -> ArmResponse:
        """Boot a machine that does not run."""

        def work(vm: Document) -> None:
            machine = self._machines.get(vm.id)
            if machine is None or not machine.is_running():
                self._machines.stop(vm.id, power="starting")
                self._machines.boot(vm)

        return self._accept(request, work)

    def restart(self, request: ArmRequest) -> ArmResponse:
        """Restart the guest; boots a machine that does not run."""

        def work(vm: Document) -> None:
            machine = self._machines.get(vm.id)
            if machine is not None and machine.is_running():
                machine.restart()
            else:
                self._machines.boot(vm)

        return self._accept(request, work)

    def power_off(self, request: ArmRequest) -> ArmResponse:
        """End the machine's process; it still counts as allocated."""
        return self._accept(request, lambda vm: self._machines.stop(vm.id, power="stopped"))

    def deallocate(self, request: ArmRequest) -> ArmResponse:
        """End the machine's process and give its cores back."""
        return self._accept(request, lambda vm: self._machines.stop(vm.id, power="deallocated"))

    def redeploy(self, request: ArmRequest) -> ArmResponse:
        """Another host: the machine starts anew if it ran."""

        def work(vm: Document) -> None:
            machine = self._machines.get(vm.id)
            if machine is not None and machine.is_running():
                self._machines.stop(vm.id, power="starting")
                self._machines.boot(vm)

        return self._accept(request, work)

    def reapply(self, request: ArmRequest) -> ArmResponse:
        """Write the state again: a machine whose provisioning failed and that runs is well after it."""
        vm = require(self._cloud, request.target_id)

        def work() -> None:
            set_provisioning_state(self._cloud, vm.id, "Succeeded")

        return accept(self._cloud, request, work, location=str(vm.body["location"]), status=202, monitor=True)

    def generalize(self, request: ArmRequest) -> ArmResponse:
        """Mark a machine as generalized; nothing is done inside it, as in Azure."""
        vm = require(self._cloud, request.target_id)
        put_internal(self._cloud, vm.id, generalized=True)
        return ArmResponse(status=200)

    def _accept(self, request: ArmRequest, work: Callable[[Document], None]) -> ArmResponse:
        vm = require(self._cloud, request.target_id)

        def carry_out() -> None:
            before = str(vm.body["properties"]["provisioningState"])
            set_provisioning_state(self._cloud, vm.id, "Updating")
            try:
                work(vm)
            finally:
                set_provisioning_state(self._cloud, vm.id, before)
                put_internal(self._cloud, vm.id, settled=timestamp(self._cloud.clock.now()))

        return accept(self._cloud, request, carry_out, location=str(vm.body["location"]), status=202, monitor=True)


def operations(cloud: Cloud, machines: Machines) -> list[Operation]:
    """VirtualMachines_Start, _Restart, _PowerOff, _Deallocate, _Redeploy, _Reapply, _Generalize."""
    power = VmPower(cloud, machines)
    rows = (
        ("Start", "start", power.start),
        ("Restart", "restart", power.restart),
        ("PowerOff", "powerOff", power.power_off),
        ("Deallocate", "deallocate", power.deallocate),
        ("Redeploy", "redeploy", power.redeploy),
        ("Reapply", "reapply", power.reapply),
        ("Generalize", "generalize", power.generalize),
    )
    return [
        Operation(
            operation_id=f"VirtualMachines_{name}",
            method="POST",
            path=f"{PATH}/{verb}",
            action=f"{TYPE}/{verb}/action",
            handler=handler,
        )
        for name, verb, handler in rows
    ]
