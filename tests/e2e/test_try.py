"""The Apache image, built, booted, curled and torn down for real."""

import json
import os
import select
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trial_story import Trial

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm]

Leftovers = Callable[[], dict[str, set[str]]]
ChangeCustomizers = Callable[[Callable[[list[dict[str, Any]]], object]], None]


def test_apache_image_passes(trial: Trial, image: Path, nothing_left: Leftovers) -> None:
    """The image passes in the Function that its build's event wakes, and leaves nothing behind but its logs."""
    ended = trial.run(image)

    assert ended.exit_code == 0, ended.stderr
    document = ended.document
    assert document["verdict"] == "passed"
    assert document["teardown"] == "complete"
    assert document["resources_left"] == []
    assert "/galleries/golden/images/apache-debian12/versions/" in document["image_version_id"]
    assert document["probes"]
    assert document["probes"][0]["attempts"][-1]["status"] == 200
    assert document["tier"]
    assert {"setup", "build", "verify", "total"} <= set(document["timings_s"])
    assert document["image_version_id"].lower() in {event["subject"].lower() for event in document["events"]}
    assert document["timeline"][0]["kind"] == "started"
    assert document["timeline"][-1]["text"] == "verify_for_commit: completed"
    event = document["verdict_event"]
    assert (event["type"], event["data"]["verdict"]) == ("ImageGate.ImageVersion.Passed", "passed")
    assert event["subject"].lower() == document["image_version_id"].lower()
    assert f"Verdict event delivered by the topic: {event['type']}, id {event['id']}" in ended.stderr
    assert any("/virtualMachines/" in created for created in document["resources_created"])
    log = Path(document["customization_log"]).read_text()
    assert log.count("(telemetry) Starting provisioner shell") >= 5
    assert "Done exporting Packer logs to Azure Storage." in log
    assert Path(document["serial_log"]).stat().st_size > 0
    assert nothing_left() == {}


@pytest.mark.slow
def test_verified_by_the_command(trial: Trial, image: Path, nothing_left: Leftovers) -> None:
    """The command verifies as the Function does, when it is asked to: no event is waited for."""
    ended = trial.run(image, "--via", "command")

    assert ended.exit_code == 0, ended.stderr
    assert (ended.document["verdict"], ended.document["teardown"], ended.document["promoted"]) == (
        "passed",
        "complete",
        True,
    )
    assert ended.document["events"] == []
    assert Path(ended.document["serial_log"]).stat().st_size > 0
    assert nothing_left() == {}


@pytest.mark.rare
def test_promotion_is_seen(trial: Trial, image: Path) -> None:
    """What is committed on a branch of a repository becomes latest when it passes."""
    author = ["-c", "user.name=acme", "-c", "user.email=acme@example.org"]
    for arguments in (
        ["init", "-q", "-b", "trunk"],
        ["remote", "add", "origin", "https://github.com/acme/images.git"],
        ["add", "--all"],
        [*author, "commit", "-q", "-m", "Add the image"],
    ):
        subprocess.run(["git", "-C", str(image), *arguments], check=True)

    ended = trial.run(image)

    assert (ended.exit_code, ended.document["promoted"]) == (0, True), ended.stderr
    assert "acme/images" in ended.stderr


@pytest.mark.rare
def test_unsigned(trial: Trial, image: Path) -> None:
    """A build that may not sign passes and is not promoted, and the trial says why."""
    ended = trial.run(image, "--unsigned")

    assert (ended.exit_code, ended.document["verdict"], ended.document["promoted"]) == (0, "passed", False), (
        ended.stderr
    )
    assert ended.document["promotion"] == "Not promoted: the build job did not sign."
    assert "passed, not promoted: the build job did not sign" in ended.stderr
    assert ended.document["latest"] == {}


@pytest.mark.rare
def test_second_trial_uses_the_cache(trial: Trial, image: Path) -> None:
    """An image that was built before is not built again: its customizers come from the cache."""
    trial.run(image)
    again = trial.run(image)

    assert again.exit_code == 0, again.stderr
    assert "cached" in Path(again.document["customization_log"]).read_text()


@pytest.mark.slow
def test_failing_customizer(
    trial: Trial, image: Path, change_customizers: ChangeCustomizers, nothing_left: Leftovers
) -> None:
    """A customizer that exits 1 ends the build with exit 3, named, with its last lines, and nothing is left."""
    change_customizers(
        lambda customize: customize.insert(
            1, {"type": "Shell", "name": "break-it", "inline": ["echo the well is dry >&2", "exit 1"]}
        )
    )

    ended = trial.run(image)

    assert ended.exit_code == 3, ended.stderr
    assert "break-it" in ended.stderr
    assert "the well is dry" in ended.stderr
    assert ended.document["failed_command"] == "build"
    assert ended.document["closing"]["state"] == "failure"
    assert "the well is dry" in ended.document["closing"]["description"]
    assert ended.document["timeline"][-1]["text"] == "close_failed_build: completed"
    assert nothing_left() == {}


@pytest.mark.slow
def test_apache_disabled(
    trial: Trial, image: Path, change_customizers: ChangeCustomizers, nothing_left: Leftovers
) -> None:
    """An image whose Apache is not enabled fails with exit 5, says what answered, and keeps the serial log."""
    change_customizers(
        lambda customize: customize.append(
            {"type": "Shell", "name": "forget-apache", "inline": ["sudo systemctl disable apache2"]}
        )
    )
    template = image / "template.json"
    body = json.loads(template.read_text())
    del body["resources"][0]["properties"]["validate"]
    template.write_text(json.dumps(body, indent=2))
    yaml = image / "imagegate.yaml"
    yaml.write_text(yaml.read_text().replace("deadline: 20m", "deadline: 2m"))

    ended = trial.run(image)

    assert ended.exit_code == 5, ended.stderr
    assert ended.document["verdict"] == "failed"
    assert ended.document["teardown"] == "complete"
    assert "refused" in ended.stderr
    assert "login:" in Path(ended.document["serial_log"]).read_text(errors="replace")
    assert nothing_left() == {}


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["build", "verify"])
def test_interrupted(
    trial: Trial,
    image: Path,
    nothing_left: Leftovers,
    interrupt: Callable[[subprocess.Popen[str]], None],
    change_customizers: ChangeCustomizers,
    phase: str,
) -> None:
    """Ctrl-C ends with 130 in any phase, and nothing is left on the machine."""
    process = _start_and_reach(phase, trial, image, change_customizers)
    interrupt(process)
    _, stderr = process.communicate(timeout=180)

    assert process.returncode == 130, stderr
    assert nothing_left() == {}


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["build", "verify"])
def test_killed(
    trial: Trial, image: Path, nothing_left: Leftovers, change_customizers: ChangeCustomizers, phase: str
) -> None:
    """A trial that is killed outright leaves nothing on the machine once its children have noticed."""
    process = _start_and_reach(phase, trial, image, change_customizers)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    endings = [os.pidfd_open(int(child)) for child in children]
    process.kill()
    process.communicate(timeout=120)
    for ending in endings:
        assert select.select([ending], [], [], 120)[0], "a child of the trial goes on"
        os.close(ending)

    assert nothing_left() == {}


def _start_and_reach(
    phase: str, trial: Trial, image: Path, change_customizers: ChangeCustomizers
) -> subprocess.Popen[str]:
    """A trial in the middle of a customizer that takes minutes, or in the middle of probing."""
    if phase == "build":
        dawdle = {"type": "Shell", "name": "dawdle", "inline": ["echo dawdling", "sleep 600"]}
        change_customizers(lambda customize: customize.append(dawdle))
    process = trial.start(image, "--verbose")
    _read_until(process, {"build": "azure-arm: dawdling", "verify": "Probing smoke-"}[phase])
    return process


def _read_until(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if text in line:
            return
    process.communicate()
    pytest.fail(f"never said {text!r}:\n{''.join(seen)}")
