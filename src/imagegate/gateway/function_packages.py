"""Installs the Function's dependencies as hash-locked wheels for its platform, whatever this machine is."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from imagegate.errors import InputError, ServiceRefused

_PYTHON = "3.13"
_LOCKED = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
_UV_PLATFORM = ("--python-platform", "x86_64-unknown-linux-gnu", "--python-version", _PYTHON)
_PIP_PLATFORM = (
    *("--python-version", _PYTHON, "--implementation", "cp", "--abi", f"cp{_PYTHON.replace('.', '')}"),
    *("--abi", "abi3", "--abi", "none"),
    *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64"),
    *("--platform", "manylinux2014_x86_64", "--platform", "any"),
)
"""Flex Consumption's Python 3.13 runs on a glibc that is newer than these."""

_TIMEOUT_S = 900
_LAST_LINES = 6


def install_packages(requirements: Path, target: Path) -> None:
    """Install the wheels of a hash-locked file into a folder, by uv or else by pip, with the settings of either.

    Raises:
        InputError: this machine has neither.
        ServiceRefused: they could not be installed; with the program's last words.
    """
    with tempfile.TemporaryDirectory(prefix="imagegate-pip-") as folder:
        command = _uv() or _pip(Path(folder))
        done = subprocess.run(
            [*command, "--target", str(target), "--requirement", str(requirements)],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    if done.returncode:
        words = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
        raise ServiceRefused(
            f"The Function's packages could not be installed (exit code {done.returncode}).\n{words}",
            hint="Give a package of a release with --function-package, or let Azure build it with --remote-build.",
        )


def _uv() -> Sequence[str] | None:
    found = os.environ.get("UV") or shutil.which("uv")
    return (found, "pip", "install", "--quiet", "--python", sys.executable, *_UV_PLATFORM, *_LOCKED) if found else None


def _pip(folder: Path) -> Sequence[str]:
    """This environment's pip, or that of an environment made for it."""
    python = sys.executable
    if importlib.util.find_spec("pip") is None:
        made = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True, text=True, check=False)
        if made.returncode:
            raise InputError.of(
                "neither uv nor pip is here to install the Function's packages",
                path="--function",
                hint="Install uv; or give a package of a release with --function-package, or use --remote-build.",
            )
        python = str(
            next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
        )
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-input")
    return (python, "-m", "pip", "install", *quiet, *_PIP_PLATFORM, *_LOCKED)
