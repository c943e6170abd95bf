"""Programs that touch a customizer's tree run as nobody of this machine's, and see it as the image will have it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from localazure.engine.shifted import COUNT, SHIFT, command

pytestmark = [pytest.mark.privileged]


def _run(*argv: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(argv), cwd=folder, capture_output=True, text=True, check=False)


def test_root_inside_is_nobody_outside(tmp_path: Path) -> None:
    """What is root's inside has the first shifted id outside; what is the machine's root's is nobody's inside."""
    os.chown(tmp_path, SHIFT, SHIFT)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)

    assert _run("id", "-u").stdout == "0\n"
    assert _run("touch", "made", folder=tmp_path).returncode == 0
    assert (tmp_path / "made").stat().st_uid == SHIFT
    assert _run("stat", "-c", "%u", "/etc/passwd").stdout == "65534\n"


def test_it_may_write_nothing_of_the_machine_s(tmp_path: Path) -> None:
    """A directory of the machine's root is closed to it, root inside or not."""
    assert _run("touch", str(tmp_path / "made")).returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_the_exit_code_is_the_program_s() -> None:
    """A program's exit code comes through, and a program that is not there is named."""
    assert _run("sh", "-c", "exit 7").returncode == 7
    assert "no-such-program: not found" in _run("no-such-program").stderr


def test_the_range_begins_where_systemd_wants_it() -> None:
    """systemd-nspawn takes ranges of 65536 ids that begin at a multiple of it, above what machines give to users."""
    assert COUNT == 65536
    assert SHIFT % 65536 == 0
    assert SHIFT >= 524288
