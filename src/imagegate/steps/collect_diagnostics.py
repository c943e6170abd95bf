"""Takes what a smoke VM leaves to read, before it goes: its serial log and its instance view."""

from pathlib import Path
from typing import Any

from imagegate.errors import ImageGateError
from imagegate.gateway.boot_diagnostics import fetch_serial_log
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.virtual_machines import read_instance_view
from imagegate.model.smoke_vm import SmokeVm

_TAIL_LINES = 20
_TAIL_CHARACTERS = 2000


def collect_diagnostics(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Save the serial log into `folder` and read the instance view; what cannot be had is noted, never raised.

    `job`: `vm`, `folder` (None: nothing is saved). The answer: `serial_log` (path or None), `serial_log_tail`,
    `power_state`, `agent`, `statuses`, `notes`.
    """
    vm = SmokeVm.from_json(job["vm"])
    notes: list[str] = []
    answer: dict[str, Any] = {"serial_log": None, "serial_log_tail": "", "power_state": "", "agent": "", "statuses": []}
    try:
        view = read_instance_view(cloud, vm.id)
        if view is not None:
            answer |= {"power_state": view.power_state, "agent": view.agent, "statuses": list(view.statuses)}
    except ImageGateError as error:
        notes.append(f"no instance view: {error.message}")
    try:
        log = fetch_serial_log(cloud, vm.id)
        answer["serial_log_tail"] = _tail(log)
        if job["folder"] is not None:
            answer["serial_log"] = str(_saved(Path(job["folder"]), vm.name, log))
    except (ImageGateError, OSError) as error:
        notes.append(f"no serial log: {error}")
    return {**answer, "notes": notes}


def _saved(folder: Path, name: str, log: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{name}.serial.log"
    file.write_bytes(log)
    file.chmod(0o600)  # a guest may print anything on its console
    return file


def _tail(log: bytes) -> str:
    """The last lines, as text that is safe to print."""
    lines = log.decode("utf-8", "replace").splitlines()[-_TAIL_LINES:]
    printable = ["".join(mark if mark.isprintable() else " " for mark in line).rstrip() for line in lines]
    return "\n".join(printable)[-_TAIL_CHARACTERS:]
