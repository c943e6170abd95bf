"""One whole run in a local cloud that boots nothing; every test of a belief asks its recording."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.exchange import Recording
from acceptance.pseudonyms import Pseudonyms
from acceptance.run import Ended, run, write_recording
from acceptance_world import acceptance_world


@pytest.fixture(scope="session")
def story() -> Iterator[tuple[Ended, Recording, str]]:
    """How the run ended, what it recorded, and the text of the recording that an owner hands back."""
    with tempfile.TemporaryDirectory() as folder, acceptance_world(Path(folder)) as world:
        ended = run(world)
        text = write_recording(world, Pseudonyms({})).read_text()
        yield ended, world.recorder.recording(), text
