"""A trial is never silent for long, and needs nobody who reads it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from output_gaps import record
from trial_story import Trial

pytestmark = [pytest.mark.privileged, pytest.mark.boots_vm]

_PROMISED_S = 10.0
_PROGRAM = Path(sys.executable).parent / "imagegate"


@pytest.mark.heavy
@pytest.mark.parametrize(
    "terminal",
    [
        pytest.param(True, id="terminal"),
        pytest.param(False, id="file", marks=pytest.mark.rare),  # the clean room's `make try` writes to a file as well
    ],
)
def test_no_long_silence(trial: Trial, image: Path, tmp_path: Path, terminal: bool) -> None:
    """With an empty cache, from the bootstrap of Debian to the end, no ten seconds pass without a byte."""
    command: list[str | Path] = [_PROGRAM, "try", image, "--cache", tmp_path / "cache"]
    recording = record(command, terminal=terminal, environment=trial.environment, folder=tmp_path)

    print(recording.report())
    assert recording.exit_code == 0, recording.text
    assert recording.gaps(1)[0].seconds <= _PROMISED_S, recording.report()
    assert "MB written" in recording.text
    assert {path.name for path in (tmp_path / "home").iterdir()} == set(), "all that is kept is in the cache"
    assert {path.name for path in (tmp_path / "tmp").iterdir()} == set()
    assert len(list((tmp_path / "cache" / "logs").iterdir())) == 1


@pytest.mark.slow
def test_nobody_reads(trial: Trial, image: Path, nothing_left: Callable[[], dict[str, set[str]]]) -> None:
    """A trial whose readers went away builds, verifies and tears down as any; only its output is lost."""
    with trial.start(image, "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stderr.readline()
        process.stderr.close()
        exit_code = process.wait(timeout=900)

    assert exit_code == 1, "the result could not be written"
    assert nothing_left() == {}
    logs = max(Path(trial.environment["IMAGEGATE_CACHE_DIR"], "logs").iterdir())
    assert any(logs.glob("smoke-*.serial.log")), "the machine was booted, and deleted"
