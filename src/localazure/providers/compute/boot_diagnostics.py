"""Boot diagnostics: the serial log and a screenshot, handed out under signed URLs that are secrets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.blobs.links import mint_read_link
from localazure.cloud import Cloud
from localazure.providers.compute import console_storage
from localazure.providers.compute.documents import require
from localazure.providers.compute.virtual_machines import PATH
from localazure.providers.compute.vm_document import TYPE
from localazure.store import Document

DEFAULT_MINUTES, MOST_MINUTES = 120, 1440
# Machines here have no display; the screenshot is one black pixel (BMP, 24 bit).
_SCREENSHOT = bytes.fromhex(
    "424d3a000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000000000000000"
    "00000000"
)


class BootDiagnostics:
    """The operation `retrieveBootDiagnosticsData`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def retrieve(self, request: ArmRequest) -> ArmResponse:
        """URLs of the serial log as it is now, and of a screenshot."""
        vm = require(self._cloud, request.target_id)
        diagnostics = (vm.body["properties"].get("diagnosticsProfile") or {}).get("bootDiagnostics") or {}
        if not diagnostics.get("enabled"):
            message = f"Boot diagnostics is not enabled for the virtual machine '{vm.id.name}'."
            raise ArmError(409, "OperationNotAllowed", message)
        minutes = _minutes(request.query.get("sasUriExpirationTimeInMinutes", ""))
        return ArmResponse(
            body={
                "consoleScreenshotBlobUri": self._link(vm, "screenshot.bmp", _SCREENSHOT, minutes, "image/bmp"),
                "serialConsoleLogBlobUri": self._link(vm, "serialconsole.log", _serial_log(vm), minutes, "text/plain"),
            }
        )

    def _link(self, vm: Document, kind: str, content: bytes, minutes: int, content_type: str) -> str:
        machine_id = str(vm.body["properties"]["vmId"])
        name = f"{vm.id.name}.{machine_id}.{kind}"
        container = console_storage.keep(self._cloud, machine_id, name, content, content_type=content_type)
        lifetime = timedelta(minutes=minutes)
        return mint_read_link(self._cloud, console_storage.ACCOUNT, container, name, lifetime=lifetime)


def operations(cloud: Cloud) -> list[Operation]:
    """VirtualMachines_RetrieveBootDiagnosticsData."""
    console_storage.make_account(cloud)
    return [
        Operation(
            operation_id="VirtualMachines_RetrieveBootDiagnosticsData",
            method="POST",
            path=f"{PATH}/retrieveBootDiagnosticsData",
            action=f"{TYPE}/retrieveBootDiagnosticsData/action",
            handler=BootDiagnostics(cloud).retrieve,
        )
    ]


def _serial_log(vm: Document) -> bytes:
    path = Path(str(vm.internal.get("serial_log", "")))
    return path.read_bytes() if path.is_file() else b""


def _minutes(text: str) -> int:
    if not text:
        return DEFAULT_MINUTES
    if not text.isdigit() or not 1 <= int(text) <= MOST_MINUTES:
        message = (
            f"The value '{text}' of parameter 'sasUriExpirationTimeInMinutes' must be between 1 and {MOST_MINUTES}."
        )
        raise ArmError(400, "InvalidParameter", message, target="sasUriExpirationTimeInMinutes")
    return int(text)
