"""Tests lie beside their names."""

from pathlib import Path

import pytest

_ROOMS = [
    "imagegate/steps",
    "localazure/engine/customizers",
    "localazure/engine/validators",
    "localazure/engine/bases",
]


@pytest.mark.parametrize("room", _ROOMS)
def test_every_file_has_its_test(repository: Path, room: str) -> None:
    """Each file of a room of small files has a test of its name in the mirrored folder."""
    sources = {path.stem for path in (repository / "src" / room).glob("*.py")} - {"__init__"}
    tests = {path.stem.removeprefix("test_") for path in (repository / "tests" / "unit" / room).glob("test_*.py")}

    assert sources
    assert sources - tests == set()
