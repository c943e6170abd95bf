"""The first set-up in a subscription where nothing that was just made is known everywhere yet, and the first job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine
from sides_world import MAIN, REPOSITORY, Installation

SCENARIO = Path(__file__).parents[2] / "examples" / "scenarios" / "first-hour.yaml"
_JOBS = ("--repository", REPOSITORY, "--promoted-ref", "refs/heads/main")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A cloud that plays the first hour; its sites run what is published to them."""
    with LocalCloud(state=tmp_path / "state", engine=RecordingEngine(tmp_path / "engine")) as cloud:
        cloud.console.play(SCENARIO.read_text(), file=str(SCENARIO))
        cloud.cloud.settings.change({"retry_after_s": 0.05})
        yield Installation(cloud, tmp_path)


@pytest.mark.slow
def test_first_hour(installation: Installation) -> None:
    """Each delay is waited for and told: the set-up with the Function ends well at its first try."""
    cloud = installation.cloud

    document = installation.set_up("--function", "--remote-build", "--workflow", "*", *_JOBS)

    told = installation.progress
    assert all(fault["happened"] for fault in cloud.cloud.faults.document()["faults"])
    for awaited in (
        "the host of the new app to take packages",
        "the app's right to its storage to take effect",
        "new role assignments to take effect",
    ):
        assert told.count(f"waiting for {awaited}") == 1, told
    assert told.count("the directory to know a new identity") + told.count("a new role to be known") >= 1
    assert cloud.functions.host(document["function"]["function_app_id"].rpartition("/")[2]) is not None


@pytest.mark.slow
def test_first_job(installation: Installation) -> None:
    """A job that comes right after the set-up waits for the rights of its new identity, and builds."""
    installation.set_up(*_JOBS)
    job = installation.job("ciClientId", MAIN) | {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}

    exit_code, document = installation.run("build", environment=job)

    assert exit_code == 0, document
    assert installation.progress.count("waiting for the rights of this job's identity") == 1, installation.progress
