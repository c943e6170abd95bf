"""`make try` where it cannot run: said before anything is made."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_NEEDED = ("bash", "id", "make", "uname")


@pytest.fixture
def clone(repository: Path, tmp_path: Path) -> Path:
    """What `make try` reads, in a folder without an environment."""
    folder = tmp_path / "clone"
    folder.mkdir()
    shutil.copy(repository / "Makefile", folder)
    return folder


def _make_try(clone: Path, path: str) -> subprocess.CompletedProcess[str]:
    make = shutil.which("make")
    assert make is not None
    environment = {"PATH": path, "HOME": str(clone.parent)}
    command = [make, "--no-print-directory", "try"]
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)


def _program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_root(clone: Path, tmp_path: Path) -> None:
    """An ordinary user reads what is needed, why, and what to type; nothing was installed or made."""
    programs = tmp_path / "programs"
    programs.mkdir()
    _program(programs, "id", "echo 1000")
    _program(programs, "apt-get", f"touch '{tmp_path}/installed'")

    done = _make_try(clone, f"{programs}:{os.environ['PATH']}")

    assert done.returncode == 2
    assert "make try needs root: it mounts file systems" in done.stderr
    assert "sudo make try" in done.stderr
    assert done.stdout == ""
    assert [path.name for path in clone.iterdir()] == ["Makefile"]
    assert not (tmp_path / "installed").exists()


def test_without_apt(clone: Path, tmp_path: Path) -> None:
    """A machine that is not Debian or Ubuntu is refused with what to do."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in _NEEDED:
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)

    done = _make_try(clone, str(programs))

    assert done.returncode == 2
    assert "it has no apt-get" in done.stderr
    assert "Run it on Debian or Ubuntu" in done.stderr
    assert [path.name for path in clone.iterdir()] == ["Makefile"]
