"""Bringing the build log here."""

import stat
from pathlib import Path

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import Answer, HandClock, Wire, cloud_on
from imagegate.model import ImageTemplate
from imagegate.steps.fetch_build_log import BuildLog, fetch_build_log, output_folder


def _template(group: str = "/x/IT_staging") -> ImageTemplate:
    status = {"runState": "Failed", "startTime": "2020-01-01T10:00:00Z"}
    properties = {"lastRunStatus": status, "exactStagingResourceGroup": group}
    return ImageTemplate.from_arm({"id": f"{TEMPLATES}/t", "properties": properties})


def _fetch(wire: Wire, folder: Path, template: ImageTemplate) -> tuple[BuildLog | None, list[str]]:
    notes: list[str] = []
    return fetch_build_log(cloud_on(wire), template, folder=folder, note=notes.append), notes


def test_a_file_of_the_user_alone(wire: Wire, clock: HandClock, tmp_path: Path) -> None:
    """The log lies by template and start of the run, readable by the user alone: it may hold what a script printed."""
    ImageBuilder(wire, clock)

    log, _ = _fetch(wire, tmp_path, _template())

    assert log == BuildLog(file=tmp_path / "t" / "20200101T100000Z" / "customization.log", text="log\n")
    assert stat.S_IMODE(log.file.stat().st_mode) == 0o600


def test_without_any_right(wire: Wire, clock: HandClock, tmp_path: Path) -> None:
    """A refusal is noted and ends nothing, and no account key is asked for."""
    ImageBuilder(wire, clock)
    wire.on("GET", "/packerlogs", Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}))

    log, notes = _fetch(wire, tmp_path, _template())

    assert log is None
    assert notes == [
        "customization.log could not be fetched: Listing https://logs.blob.core.windows.net/packerlogs was refused."
    ]
    assert not wire.calls("POST", ".*listKeys")


def test_a_template_without_a_staging_group(wire: Wire, tmp_path: Path) -> None:
    """A template that has no staging group has no log."""
    assert _fetch(wire, tmp_path, _template(""))[1] == [
        "there is no customization.log: the template names no staging resource group"
    ]


def test_a_folder_that_cannot_be_written(wire: Wire, clock: HandClock, tmp_path: Path) -> None:
    """A file in the way is told like any other reason."""
    ImageBuilder(wire, clock)
    (tmp_path / "t").write_text("in the way")

    assert _fetch(wire, tmp_path, _template())[0] is None


def test_where_logs_go() -> None:
    """In a job to its temporary folder, on a laptop to the user's state folder; never into the repository."""
    assert output_folder({"RUNNER_TEMP": "/t"}) == Path("/t/imagegate")
    assert output_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/imagegate")
    assert output_folder({}) == Path.home() / ".local" / "state" / "imagegate"
