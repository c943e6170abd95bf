"""Clouds in which `imagegate setup` made both sides, or nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine, probe_passed
from sides_world import REPOSITORY, Installation


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Installation]]:
    """A fresh cloud, for each call one; its guests serve."""
    opened: list[LocalCloud] = []

    def install() -> Installation:
        folder = tmp_path_factory.mktemp("sides")
        engine = RecordingEngine(folder / "engine")
        engine.answer = probe_passed
        cloud = LocalCloud(state=folder / "state", engine=engine)
        cloud.__enter__()
        opened.append(cloud)
        cloud.cloud.settings.change({"retry_after_s": 0.05})
        return Installation(cloud, folder)

    yield install
    for cloud in reversed(opened):
        cloud.__exit__(None, None, None)


@pytest.fixture(scope="session")
def two_sides(installed: Callable[[], Installation]) -> Installation:
    """Both sides, made once; jobs of acme/images log in."""
    found = installed()
    found.set_up("--repository", REPOSITORY, "--pull-requests")
    return found
