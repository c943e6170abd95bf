"""Installing the Function's packages for the platform, by whichever program is here."""

import stat
import sys
from pathlib import Path

import pytest

from imagegate.errors import InputError, ServiceRefused
from imagegate.gateway.function_packages import install_packages

_UV = """#!/bin/sh
printf '%s\\n' "$@" > {said}
if [ -e {broken} ]; then echo 'hash mismatch' >&2; exit 2; fi
"""
_PYTHON = """#!/bin/sh
if [ "$2" = venv ]; then [ -e {broken} ] && exit 1; mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit; fi
printf '%s\\n' "$0" "$@" > {said}
"""


def _program(folder: Path, text: str) -> Path:
    file = folder / "program"
    file.write_text(text.format(said=folder / "said", broken=folder / "broken"))
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def _install(folder: Path) -> list[str]:
    """Install, and what the program was called with."""
    install_packages(folder / "requirements.txt", folder / "target")
    return (folder / "said").read_text().splitlines()


@pytest.fixture
def without_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose Python has no pip either, and makes environments that have one."""
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(sys, "executable", str(_program(tmp_path, _PYTHON)))
    return tmp_path


def test_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wheels are installed by uv for the platform that runs the Function, and only those whose hashes are locked."""
    monkeypatch.setenv("UV", str(_program(tmp_path, _UV)))

    said = _install(tmp_path)

    assert said[said.index("--python-platform") + 1] == "x86_64-unknown-linux-gnu"
    assert said[said.index("--python-version") + 1] == "3.13"
    assert {"--require-hashes", "--no-deps"} <= set(said)
    assert said[said.index("--only-binary") + 1] == ":all:"
    assert said[said.index("--target") + 1] == str(tmp_path / "target")


def test_pip(without_uv: Path) -> None:
    """Without uv an environment with pip is made for it, which is asked for the same."""
    said = _install(without_uv)

    assert said[0] != sys.executable
    assert said[1:4] == ["-m", "pip", "install"]
    assert {"--require-hashes", "--no-deps", "manylinux_2_28_x86_64", "cp313", "--no-compile"} <= set(said)


def test_neither(without_uv: Path) -> None:
    """A machine that has nothing to install with is told the other ways."""
    (without_uv / "broken").touch()

    with pytest.raises(InputError) as refused:
        _install(without_uv)

    assert "--function-package" in str(refused.value)


def test_wrong_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be installed is told in the program's words."""
    monkeypatch.setenv("UV", str(_program(tmp_path, _UV)))
    (tmp_path / "broken").touch()

    with pytest.raises(ServiceRefused, match="hash mismatch"):
        _install(tmp_path)
