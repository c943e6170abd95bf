"""Run Command as an action: says succeeded whatever the script's exit code (azure-cli#14425); the output tells."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import object_body, require
from localazure.providers.compute.guest_scripts import GuestScripts, tail, with_parameters
from localazure.providers.compute.virtual_machines import PATH
from localazure.providers.compute.vm_document import TYPE

COMMANDS = ("RunShellScript",)
SAMPLE_SCRIPT = 'echo "This is a sample script with parameters $arg1 and $arg2"'  # runs when the request names none


class RunCommandAction:
    """The operation `runCommand`."""

    def __init__(self, cloud: Cloud, scripts: GuestScripts) -> None:
        self._cloud = cloud
        self._scripts = scripts

    def run(self, request: ArmRequest) -> ArmResponse:
        """Run a script: 202; the result is at Location."""
        vm, body = require(self._cloud, request.target_id), object_body(request)
        if body.get("commandId") not in COMMANDS:
            message = f"The entity was not found: run command '{body.get('commandId')}'."
            raise ArmError(404, "NotFound", message, target="commandId")
        self._scripts.require_running(vm.id)
        self._scripts.reserve(vm.id)
        lines = body.get("script") or [SAMPLE_SCRIPT]
        script = with_parameters("\n".join(str(line) for line in lines), body.get("parameters") or ())
        return accept(
            self._cloud,
            request,
            lambda: self._carry_out(vm.id, script),
            location=str(vm.body["location"]),
            status=202,
            monitor=True,
        )

    def _carry_out(self, vm_id: ResourceId, script: str) -> dict[str, Any]:
        try:
            said = self._scripts.run(vm_id, script)
        finally:
            self._scripts.release(vm_id)
        message = f"Enable succeeded: \n[stdout]\n{tail(said.stdout)}\n[stderr]\n{tail(said.stderr)}"
        status = {
            "code": "ProvisioningState/succeeded",
            "level": "Info",
            "displayStatus": "Provisioning succeeded",
            "message": message,
        }
        return {"value": [status]}


def operations(cloud: Cloud, scripts: GuestScripts) -> list[Operation]:
    """VirtualMachines_RunCommand."""
    return [
        Operation(
            operation_id="VirtualMachines_RunCommand",
            method="POST",
            path=f"{PATH}/runCommand",
            action=f"{TYPE}/runCommand/action",
            handler=RunCommandAction(cloud, scripts).run,
        )
    ]
