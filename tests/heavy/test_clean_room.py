"""Both commands of the README on a bare Debian 12: git, make, python3 and certificates, nothing installed by hand.

IMAGEGATE_CLEAN_ROOM_COMMIT names another commit than HEAD, to see how it does.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clean_room import CleanRoom, bare_debian
from output_gaps import Recording
from programs import REPOSITORY

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.privileged,
    pytest.mark.skipif(os.geteuid() != 0, reason="a chroot needs root"),
]

_LONGEST_SILENCE_S = 10
_SHOWN_LINES = 60
_COMMIT = os.environ.get("IMAGEGATE_CLEAN_ROOM_COMMIT", "HEAD")
_CACHE = Path(os.environ.get("IMAGEGATE_TEST_CACHE", REPOSITORY / ".cache" / "test"))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[CleanRoom]:
    """A bare Debian 12 with a fresh clone, removed when left."""
    with CleanRoom(bare_debian(_CACHE), tmp_path, _COMMIT) as room:
        yield room


def test_set_up_to_a_terminal(room: CleanRoom) -> None:
    """On a terminal the set-up of `make try` and `make test` passes and is never silent for more than 10 s."""
    assert _faults_of_the_set_up(room, terminal=True) == []


def test_set_up_to_a_file_then_lint_and_contract_tests(room: CleanRoom) -> None:
    """In a file the same holds; after it `make lint` and the contract tests pass with what the set-up installed."""
    faults = _faults_of_the_set_up(room, terminal=False)
    faults += _faults("make lint", room.run("make", "lint"))
    faults += _faults("contract tests", room.run(".venv/bin/pytest", "tests/contract"))

    assert faults == []


def _faults_of_the_set_up(room: CleanRoom, *, terminal: bool) -> list[str]:
    """Run all that both commands do before their own work, `make test` with its linters; what was wrong."""
    faults = []
    for name in ("try", "test"):
        recording = room.run("make", name, "ARGS=--help", terminal=terminal)
        print(f"\nmake {name}, output to a {'terminal' if terminal else 'file'}: {recording.report()}")
        faults += _faults(f"make {name}", recording)
        if recording.gaps(1)[0].seconds > _LONGEST_SILENCE_S:
            faults.append(f"make {name} was silent too long: {recording.gaps(1)[0]}")
    return faults


def _faults(name: str, recording: Recording) -> list[str]:
    if recording.exit_code == 0:
        return []
    print(f"\n{name}: exit code {recording.exit_code}", *recording.text.splitlines()[-_SHOWN_LINES:], sep="\n")
    return [f"{name}: exit code {recording.exit_code}"]
