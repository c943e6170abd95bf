"""The az CLI, unmodified, and a local cloud that listens; every family of commands has a cloud of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from azure_cli import Az, installed
from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine


@pytest.fixture(scope="session")
def az_folder() -> Path:
    """The folder that `az` is in."""
    return installed()


@pytest.fixture(scope="module")
def recording_engine(tmp_path_factory: pytest.TempPathFactory) -> RecordingEngine:
    """The engine of `cloud_server`: builds leave a small disk, machines run until they are stopped."""
    return RecordingEngine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def cloud_server(tmp_path_factory: pytest.TempPathFactory, recording_engine: RecordingEngine) -> Iterator[LocalCloud]:
    """A fresh local cloud that listens: nothing registered, no group."""
    with LocalCloud(state=tmp_path_factory.mktemp("state"), engine=recording_engine) as server:
        yield server


@pytest.fixture(scope="module")
def az(cloud_server: LocalCloud, az_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Az:
    """The az CLI, logged in as the cloud's owner."""
    client = Az(az_folder / "az", tmp_path_factory.mktemp("azure"), cloud_server.environment)
    client.register()
    client.log_in()
    return client


@pytest.fixture
def another_az(cloud_server: LocalCloud, az_folder: Path, tmp_path: Path) -> Az:
    """The az CLI on another machine: it knows the cloud, and nobody is logged in."""
    client = Az(az_folder / "az", tmp_path / "azure", cloud_server.environment)
    client.register()
    return client
