"""Bring the build's own logs to this machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.staging_logs import fetch_log
from imagegate.model import ImageTemplate

CUSTOMIZATION_LOG = "customization.log"
VALIDATION_LOG = "validation.log"
"""Written beside the other where validators ran. Source: image builder troubleshooting guide."""


@dataclass(frozen=True, kw_only=True)
class BuildLog:
    """A log that was fetched: its file here, and its text."""

    file: Path
    text: str


def output_folder(environment: Mapping[str, str]) -> Path:
    """Where logs go unless told otherwise: the job's temporary folder, else the user's state folder.

    Source: XDG Base Directory Specification, XDG_STATE_HOME.
    """
    if environment.get("RUNNER_TEMP"):
        return Path(environment["RUNNER_TEMP"]) / "imagegate"
    state = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "imagegate"


def fetch_build_log(
    cloud: Cloud,
    template: ImageTemplate,
    *,
    folder: Path,
    note: Callable[[str], None],
    name: str = CUSTOMIZATION_LOG,
) -> BuildLog | None:
    """The log of that name of the template's run; None when it cannot be had.

    Whatever goes wrong here is told and forgotten: it must not stand in the way of how the build went.
    """
    if not template.staging_resource_group:
        note(f"there is no {name}: the template names no staging resource group")
        return None
    run = template.run
    try:
        found = fetch_log(
            cloud,
            template.staging_resource_group,
            message=run.message if run else "",
            since=run.started_at if run else None,
            name=name,
        )
        if found is None:
            note(f"there is no {name} in {template.staging_resource_group}")
            return None
        started = f"{run.started_at:%Y%m%dT%H%M%SZ}" if run and run.started_at else "run"
        target = folder / template.id.name / started / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(found.content)
        target.chmod(0o600)  # it may hold what a customizer printed
    except Exception as error:  # noqa: BLE001 - a log that cannot be had must not hide how the build went
        reason = (str(error) or type(error).__name__).splitlines()[0]
        note(f"{name} could not be fetched: {reason}")
        return None
    note(f"{name}: {target}")
    return BuildLog(file=target, text=found.content.decode("utf-8", "replace"))
