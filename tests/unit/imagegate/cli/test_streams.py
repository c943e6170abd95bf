"""Standard streams that are closed, full, or without a reader."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from imagegate.cli.streams import GuardedStream

_PROGRAM = f"'{sys.executable}' -m imagegate"
_FULL = "error: The result could not be written to standard output: No space left on device."
_CLOSED = "error: The result could not be written to standard output: Bad file descriptor."


def _run(line: str) -> tuple[int, str, str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    command = ["/bin/sh", "-c", line.replace("imagegate", _PROGRAM, 1)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("imagegate --help >/dev/full", 1, _FULL),
        ("PYTHONUNBUFFERED=1 imagegate --version >/dev/full", 1, _FULL),
        ("imagegate --help >&-", 1, _CLOSED),
        ("imagegate build /nowhere --json >/dev/full", 2, "error: /nowhere is not a folder"),
        ("PYTHONUNBUFFERED=1 imagegate build /nowhere --json >&-", 2, "error: /nowhere is not a folder"),
        ("imagegate build /nowhere 2>/dev/full", 2, ""),
        ("imagegate build /nowhere >&- 2>&-", 2, ""),
    ],
)
def test_closed_or_full(line: str, code: int, message: str) -> None:
    """An exit code and a message where it can be read; never a traceback, nor a report of a defect."""
    exit_code, _, errors = _run(line)

    assert exit_code == code
    assert errors.partition("\n")[0] == message
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


def test_json_without_standard_error() -> None:
    """The result does not need standard error."""
    exit_code, output, _ = _run("imagegate build /nowhere --json 2>&-")

    assert exit_code == 2
    assert '"input-not-usable"' in output


def test_reader_that_has_seen_enough() -> None:
    """As of `| head`: nothing is said, and the exit code is 1."""
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{_PROGRAM} --help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (1, b"")


class _Full(io.StringIO):
    """A stream without room."""

    def write(self, text: str) -> int:
        """No."""
        raise OSError(28, "No space left on device")


def test_progress_gets_lost() -> None:
    """Work goes on where its progress cannot be written."""
    stream = GuardedStream(_Full(), raises=False)

    assert stream.write("line\n") == 5
    stream.flush()
    stream.close()
    assert stream.fault is not None


def test_a_result_does_not_get_lost() -> None:
    """What a command was asked for is not dropped in silence."""
    stream = GuardedStream(_Full(), raises=True)

    with pytest.raises(OSError, match="No space left"):
        stream.write("{}")
