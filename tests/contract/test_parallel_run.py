"""In a run of several processes, tests that share something run in one of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

_TESTS = """
import os
from pathlib import Path

import pytest

@pytest.mark.parametrize("number", range(4))
{marker}
def test_notes_its_process(number: int) -> None:
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(f"{group}={{os.environ['PYTEST_XDIST_WORKER']}}\\n")
"""
_FILES = {
    "local/test_one.py": ("local", ""),
    "local/deeper/test_two.py": ("local", ""),
    "local/engine/test_three.py": ("engine", "@pytest.mark.boots_vm"),
    "unit/test_four.py": ("engine", "@pytest.mark.privileged"),
    "e2e/test_five.py": ("engine", ""),
    "contract/test_six.py": ("file", ""),
}


def test_each_group_has_one_process(repository: Path, tmp_path: Path) -> None:
    """What starts engines is one group, wherever it lies; the local cloud's tests are one; elsewhere a file is one."""
    for name, (group, marker) in _FILES.items():
        file = tmp_path / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_TESTS.format(group=group, marker=marker))
    shutil.copy(repository / "tests" / "conftest.py", tmp_path / "tests")
    notes = tmp_path / "notes"
    settings = ("-c", str(repository / "pyproject.toml"), f"--rootdir={tmp_path}", "-p", "no:cacheprovider", "-n", "2")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, str(tmp_path / "tests")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "NOTES": str(notes)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    lines = notes.read_text().splitlines()
    assert len(lines) == 4 * len(_FILES)
    assert {line.split("=")[0] for line in set(lines)} == {"engine", "local", "file"}
    assert len(set(lines)) == 3
