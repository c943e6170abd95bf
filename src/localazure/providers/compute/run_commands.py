"""Managed run commands: resources under a machine, whose instance view tells execution state and exit code."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.clock import sleep_until, timestamp
from localazure.cloud import Cloud
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import object_body, properties_of, put_internal, require, resource
from localazure.providers.compute.guest_scripts import GuestScripts, tail, with_parameters
from localazure.providers.compute.settings import ComputeSettings
from localazure.providers.compute.virtual_machines import PATH as VM_PATH
from localazure.store import Document

TYPE = "Microsoft.Compute/virtualMachines/runCommands"
LIST = f"{VM_PATH}/runCommands"
PATH = f"{LIST}/{{runCommandName}}"
_SHOWN = (
    "source",
    "parameters",
    "asyncExecution",
    "runAsUser",
    "timeoutInSeconds",
    "outputBlobUri",
    "errorBlobUri",
    "treatFailureAsDeploymentFailure",
)


class RunCommands:
    """The operations on managed run commands."""

    def __init__(self, cloud: Cloud, scripts: GuestScripts, settings: ComputeSettings) -> None:
        self._cloud = cloud
        self._scripts = scripts
        self._settings = settings

    def put(self, request: ArmRequest) -> ArmResponse:
        """Keep and run a script; `provisioningState` tells whether it could be started, not how it ended."""
        command_id, body = request.resource_id, object_body(request)
        vm = require(self._cloud, command_id.parent or command_id)
        given = properties_of(body)
        script = (given.get("source") or {}).get("script")
        if not script:
            raise ArmError(
                400,
                "InvalidParameter",
                "Required parameter 'source.script' is missing (null). (The local cloud runs scripts that the request "
                "carries, not ones that it would have to fetch.)",
                target="source",
            )
        self._scripts.require_running(vm.id)
        known = self._cloud.store.get(command_id)
        shown = {name: given[name] for name in _SHOWN if name in given}
        document = resource(
            command_id,
            location=str(vm.body["location"]),
            tags=body.get("tags"),
            properties={**shown, "provisioningState": "Creating"},
        )
        self._cloud.store.put(command_id, document, internal={"view": {"executionState": "Pending", "exitCode": 0}})
        text = with_parameters(str(script), given.get("parameters") or ())
        return accept(
            self._cloud,
            request,
            lambda: self._carry_out(command_id, text, given),
            location=str(vm.body["location"]),
            status=200 if known else 201,
            body=document,
        )

    def get(self, request: ArmRequest) -> ArmResponse:
        """One run command; `$expand=instanceView` adds how it went."""
        return ArmResponse(body=_shown(require(self._cloud, request.resource_id), request))

    def list_by_machine(self, request: ArmRequest) -> ArmResponse:
        """The run commands of a machine."""
        vm = require(self._cloud, request.target_id)
        found = self._cloud.store.under(vm.id, TYPE)
        return ArmResponse(body={"value": [_shown(known, request) for known in found]})

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a run command; 204 when there is none."""
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)

        def removed() -> None:
            self._cloud.store.delete(known.id)

        return accept(self._cloud, request, removed, location=str(known.body["location"]), status=202, monitor=True)

    def _carry_out(self, command_id: ResourceId, script: str, given: Mapping[str, Any]) -> None:
        execution = (command_id, script, given, self._cloud.clock.now())
        if given.get("asyncExecution"):
            threading.Thread(target=self._execute, args=execution, daemon=True).start()
            self._provisioned(command_id, "Succeeded")
            return
        view = self._execute(*execution)
        failed = view["executionState"] != "Succeeded"
        if failed and given.get("treatFailureAsDeploymentFailure"):
            self._provisioned(command_id, "Failed")
            raise ArmError(
                409,
                "VMExtensionProvisioningError",
                f"VM has reported a failure when processing run command '{command_id.name}'. "
                f"Exit code: {view.get('exitCode')}. Output: {view.get('error') or view.get('output')}",
            )
        self._provisioned(command_id, "Succeeded")

    def _execute(
        self, command_id: ResourceId, script: str, given: Mapping[str, Any], started: datetime
    ) -> dict[str, Any]:
        """Run the script under its time limit and write down how it went."""
        view: dict[str, Any] = {"executionState": "Running", "startTime": timestamp(started)}
        put_internal(self._cloud, command_id, view=view)
        result: dict[str, Any] = {}
        over = threading.Event()

        def work() -> None:
            try:
                said = self._scripts.run(command_id.parent or command_id, script)
                state = "Succeeded" if said.exit_code == 0 else "Failed"
                result.update(
                    executionState=state, exitCode=said.exit_code, output=tail(said.stdout), error=tail(said.stderr)
                )
            except ArmError as error:
                result.update(executionState="Failed", executionMessage=error.message, exitCode=-1)
            over.set()

        threading.Thread(target=work, daemon=True, name=command_id.name).start()
        limit_s = float(given.get("timeoutInSeconds") or self._settings.run_command_timeout_s)
        if not sleep_until(self._cloud.clock, started + timedelta(seconds=limit_s), over):
            result = {"executionState": "TimedOut", "exitCode": -1, "output": "", "error": ""}
        view = {**view, **result, "endTime": timestamp(self._cloud.clock.now())}
        put_internal(self._cloud, command_id, view=view)
        return view

    def _provisioned(self, command_id: ResourceId, state: str) -> None:
        self._cloud.store.update(command_id, lambda body: body["properties"].update(provisioningState=state))


def operations(cloud: Cloud, scripts: GuestScripts, settings: ComputeSettings) -> list[Operation]:
    """VirtualMachineRunCommands_* of the published specification."""
    commands = RunCommands(cloud, scripts, settings)
    rows = (
        ("CreateOrUpdate", "PUT", PATH, "write", commands.put),
        ("GetByVirtualMachine", "GET", PATH, "read", commands.get),
        ("Delete", "DELETE", PATH, "delete", commands.delete),
        ("ListByVirtualMachine", "GET", LIST, "read", commands.list_by_machine),
    )
    return [
        Operation(
            operation_id=f"VirtualMachineRunCommands_{name}",
            method=method,
            path=path,
            action=f"{TYPE}/{action}",
            handler=handler,
        )
        for name, method, path, action, handler in rows
    ]


def _shown(known: Document, request: ArmRequest) -> dict[str, Any]:
    if "instanceview" in request.query.get("$expand", "").lower():
        known.body["properties"]["instanceView"] = known.internal.get("view", {"executionState": "Unknown"})
    return known.body
