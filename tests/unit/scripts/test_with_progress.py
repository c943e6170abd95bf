"""A step of the set-up: its log, its progress, its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import output_gaps

_QUIET, _FAILS = "true", "echo one; echo two >&2; exit 3"


@pytest.fixture
def step(repository: Path, tmp_path: Path) -> list[str | Path]:
    """The command line of a step up to the command, with the Python that a bare machine would run it with."""
    return [sys.executable, "-S", repository / "scripts/with_progress.py", "Packages", tmp_path / "logs/step.log"]


def _run(step: list[str | Path], script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*step, "/bin/sh", "-c", script], capture_output=True, text=True, check=False)


def test_a_quick_step_is_not_mentioned(step: list[str | Path]) -> None:
    """A step that has nothing to do leaves no line."""
    done = _run(step, _QUIET)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failure_shows_the_log(step: list[str | Path], tmp_path: Path) -> None:
    """The exit code is the command's, and what it wrote is shown, with the log's path."""
    done = _run(step, _FAILS)

    assert done.returncode == 3
    assert str(tmp_path / "logs/step.log") in done.stderr
    assert "    one\n    two\n" in done.stderr


def test_progress_in_a_file(step: list[str | Path]) -> None:
    """A line names the step, what was written, and the log's lines with the last of them."""
    recording = output_gaps.record([*step, "/bin/sh", "-c", "echo first; echo second; sleep 1.5"], terminal=False)

    line = recording.text.splitlines()[0]
    assert line.startswith("Packages: ")
    assert " MB written, " in line
    assert line.endswith("2 log lines: second")
    assert recording.text.splitlines()[-1].startswith("Packages: done in ")


def test_progress_on_a_terminal(step: list[str | Path]) -> None:
    """On a terminal the lines stand over each other, and the end stays."""
    recording = output_gaps.record([*step, "/bin/sh", "-c", "echo first; sleep 1.5"], terminal=True)

    assert "\r\x1b[KPackages: " in recording.text
    assert recording.text.replace("\r\n", "\n").endswith("s\n")


def test_control_characters_of_a_command(step: list[str | Path]) -> None:
    """What a command writes cannot move the cursor, and a carriage return begins a line."""
    recording = output_gaps.record([*step, "/bin/sh", "-c", r"printf 'a\rb\033[2Jc'; sleep 1.5"], terminal=False)

    assert "\x1b" not in recording.text
    assert "2 log lines: b [2Jc" in recording.text


def test_a_reader_that_went_away(step: list[str | Path], tmp_path: Path) -> None:
    """Where progress cannot be written, the command still runs to its end."""
    reading, writing = os.pipe()
    os.close(reading)
    script = f"sleep 1.5; touch {tmp_path}/done"
    done = subprocess.run([*step, "/bin/sh", "-c", script], stderr=writing, check=False)
    os.close(writing)

    assert done.returncode == 0
    assert (tmp_path / "done").exists()


def test_a_signal_ends_the_command(step: list[str | Path]) -> None:
    """SIGTERM goes on to the command, and the exit code says so as a shell's does."""
    process = subprocess.Popen([*step, "/bin/sh", "-c", "echo ready; exec sleep 60"], stderr=subprocess.PIPE)
    log = Path(str(step[-1]))
    while not (log.exists() and log.read_text()):
        assert process.poll() is None
    process.terminate()
    _, errors = process.communicate()

    assert process.returncode == 143
    assert b"failed with exit code 143" in errors
