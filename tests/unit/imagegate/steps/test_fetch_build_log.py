"""Bringing the build log here."""

import stat
from pathlib import Path

from fake_image_builder import TEMPLATES, ImageBuilder
from fake_wire import SUBSCRIPTION, Answer, HandClock, Wire, cloud_on
from imagegate.model import ImageTemplate
from imagegate.steps.fetch_build_log import BuildLog, fetch_build_log, output_folder

ACCOUNT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/IT_staging/providers/Microsoft.Storage/storageAccounts/logs"


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


def test_a_key_helps_where_no_role_reaches(wire: Wire, clock: HandClock, tmp_path: Path) -> None:
    """Without a data role on the service's account its key is asked for; the key is told to nobody."""
    ImageBuilder(wire, clock)
    listing = Answer(
        body='<?xml version="1.0"?><EnumerationResults><Blobs/><NextMarker/></EnumerationResults>',
        headers={"Content-Type": "application/xml"},
    )
    refused = Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"})
    wire.on(
        "GET", "/packerlogs", lambda seen: listing if seen.headers["Authorization"].startswith("SharedKey") else refused
    )
    wire.on("POST", f"{ACCOUNT}/listKeys", Answer(body={"keys": [{"keyName": "key1", "value": "c2VjcmV0"}]}))

    _, notes = _fetch(wire, tmp_path, _template())

    assert notes == ["there is no customization.log in IT_staging"]
    assert all("c2VjcmV0" not in note for note in notes)


def test_without_any_right(wire: Wire, clock: HandClock, tmp_path: Path) -> None:
    """When role and key are refused, the first refusal is told, and nothing else happens."""
    ImageBuilder(wire, clock)
    wire.on("GET", "/packerlogs", Answer(status=403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}))
    wire.on(
        "POST",
        f"{ACCOUNT}/listKeys",
        Answer(status=403, body={"error": {"code": "AuthorizationFailed", "message": "no"}}),
    )

    log, notes = _fetch(wire, tmp_path, _template())

    assert log is None
    assert notes == [
        "customization.log could not be fetched: Listing https://logs.blob.core.windows.net/packerlogs was refused."
    ]


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
