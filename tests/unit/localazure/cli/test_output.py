"""`localazure` with standard streams that cannot be written."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FULL = "Error: Standard output could not be written: No space left on device.\n"
_PROGRAM = f"'{sys.executable}' -m localazure"


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("localazure --help >/dev/full", 1, _FULL),
        ("PYTHONUNBUFFERED=1 localazure coverage >/dev/full", 1, _FULL),
        ("localazure --help >&-", 0, ""),
        ("localazure coverage --nonsense 2>/dev/full", 2, ""),
        ("localazure coverage --nonsense 2>&-", 2, ""),
    ],
)
def test_closed_or_full(line: str, code: int, message: str) -> None:
    """A message and an exit code, and no traceback."""
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("localazure", _PROGRAM, 1)],
        env={"PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (code, message)


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
