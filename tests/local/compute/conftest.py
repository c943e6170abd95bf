"""A listening cloud whose engine builds and boots at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from recording_engine import RecordingEngine


@pytest.fixture
def recording_engine(tmp_path: Path) -> RecordingEngine:
    """The engine of `cloud_server`: builds leave a small disk, machines run until they are stopped."""
    return RecordingEngine(tmp_path / "engine")
