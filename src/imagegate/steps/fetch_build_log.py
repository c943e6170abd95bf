"""Bring the build's own log to this machine."""

from collections.abc import Callable, Mapping
from pathlib import Path

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.staging_logs import fetch_log
from imagegate.model import ImageTemplate


def output_folder(environment: Mapping[str, str]) -> Path:
    """Where logs go unless told otherwise: the job's temporary folder, else the user's state folder.

    Source: XDG Base Directory Specification, XDG_STATE_HOME.
    """
    if environment.get("RUNNER_TEMP"):
        return Path(environment["RUNNER_TEMP"]) / "imagegate"
    state = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "imagegate"


def fetch_build_log(
    cloud: Cloud, template: ImageTemplate, *, folder: Path, note: Callable[[str], None]
) -> tuple[Path | None, str]:
    """The run's customization.log as a file, and its text; None and an empty text when it cannot be had.

    Whatever goes wrong here is told and forgotten: it must not stand in the way of how the build went.
    """
    if not template.staging_resource_group:
        note("there is no build log: the template names no staging resource group")
        return None, ""
    run = template.run
    try:
        found = fetch_log(
            cloud,
            template.staging_resource_group,
            message=run.message if run else "",
            since=run.started_at if run else None,
        )
        if found is None:
            note(f"there is no build log in {template.staging_resource_group}")
            return None, ""
        started = f"{run.started_at:%Y%m%dT%H%M%SZ}" if run and run.started_at else "run"
        target = folder / template.id.name / started / "customization.log"
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(found.content)
        target.chmod(0o600)  # it may hold what a customizer printed
    except Exception as error:  # noqa: BLE001 - a log that cannot be had must not hide how the build went
        reason = (str(error) or type(error).__name__).splitlines()[0]
        note(f"the build log could not be fetched: {reason}")
        return None, ""
    note(f"build log: {target}")
    return target, found.content.decode("utf-8", "replace")
