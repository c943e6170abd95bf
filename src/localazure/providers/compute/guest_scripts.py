"""Scripts run inside a machine's guest, for both flavours of Run Command; told in Azure's words when impossible."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.engine.errors import EngineError
from localazure.engine_port import Machine, RunCommandResult
from localazure.providers.compute.machines import Machines

LONGEST_OUTPUT_BYTES = 4096


class GuestScripts:
    """Runs scripts in guests. The guest is reached as Azure's image allows; where it is not, that is told."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def require_running(self, vm_id: ResourceId) -> Machine:
        """The machine behind a document; refused when it does not run."""
        machine = self._machines.get(vm_id)
        if machine is None or not machine.is_running():
            message = "Cannot modify extensions in the VM when the VM is not running."
            raise ArmError(409, "OperationNotAllowed", message)
        return machine

    def reserve(self, vm_id: ResourceId) -> None:
        """Take the machine for one script; refused while another one runs."""
        with self._lock:
            if vm_id.key in self._busy:
                message = (
                    "Run command extension execution is in progress. Please wait for completion before invoking a run "
                    "command."
                )
                raise ArmError(409, "Conflict", message)
            self._busy.add(vm_id.key)

    def release(self, vm_id: ResourceId) -> None:
        """Let the next script in."""
        with self._lock:
            self._busy.discard(vm_id.key)

    def run(self, vm_id: ResourceId, script: str) -> RunCommandResult:
        """Run a script and return what it said, whatever its exit code."""
        machine = self.require_running(vm_id)
        try:
            return machine.run_command(script)
        except EngineError as error:
            raise ArmError(
                409,
                "VMAgentStatusCommunicationError",
                f"VM '{vm_id.name}' has not reported status for VM agent or extensions. Verify that the OS is up and "
                "healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure "
                "storage. Please refer to https://aka.ms/vmextensionlinuxtroubleshoot for additional VM agent "
                f"troubleshooting information. (The local cloud: {error})",
            ) from error


def with_parameters(script: str, parameters: Iterable[Mapping[str, Any]]) -> str:
    """The script with named parameters as environment variables in front of it."""
    exports = [
        f"export {entry['name']}={shlex.quote(str(entry.get('value', '')))}"
        for entry in parameters
        if str(entry.get("name", "")).isidentifier()
    ]
    return "\n".join([*exports, script]) if exports else script


def tail(text: str) -> str:
    """The end of an output: Azure keeps its last 4,096 bytes."""
    return text.encode()[-LONGEST_OUTPUT_BYTES:].decode(errors="replace")
