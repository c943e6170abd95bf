"""The first set-up in a subscription where nothing that was just made is known everywhere yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine

REPOSITORY = Path(__file__).parents[2]
SCENARIO = REPOSITORY / "examples" / "scenarios" / "first-hour.yaml"
TEMPLATE = REPOSITORY / "templates" / "apache-debian12"
_FUNCTION = ("--function", "--remote-build", "--repository", "acme/images", "--workflow", "*")
_TIMEOUT_S = 150


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """A cloud that plays the first hour; its sites run what is published to them."""
    with LocalCloud(state=tmp_path / "state", engine=RecordingEngine(tmp_path / "engine")) as found:
        found.console.play(SCENARIO.read_text(), file=str(SCENARIO))
        found.cloud.settings.change({"retry_after_s": 0.05})
        yield found


def _imagegate(cloud: LocalCloud, command: str, *arguments: str) -> tuple[dict[str, Any], str]:
    """Run a command to its good end: the object that it printed, and what it told meanwhile."""
    foreign = ("AZURE_", "ARM_", "GITHUB_", "ACTIONS_", "IMAGEGATE_A")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    done = subprocess.run(
        [sys.executable, "-m", "imagegate", command, str(TEMPLATE), *arguments, "--json"],
        env={**kept, **cloud.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.mark.slow
def test_first_hour(cloud: LocalCloud) -> None:
    """Each delay is waited for and told: the set-up with the Function ends well at its first try, and so a build."""
    document, told = _imagegate(cloud, "setup", *_FUNCTION)

    assert all(fault["happened"] for fault in cloud.cloud.faults.document()["faults"])
    for awaited in (
        "the host of the new app to take packages",
        "the app's right to its storage to take effect",
        "new role assignments to take effect",
    ):
        assert told.count(f"waiting for {awaited}") == 1, told
    assert told.count("the directory to know a new identity") + told.count("a new role to be known") >= 1
    assert cloud.functions.host(document["function"]["function_app_id"].rpartition("/")[2]) is not None
    _imagegate(cloud, "build")
