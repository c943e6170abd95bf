"""`localazure` where its optional part is not installed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from localazure.cli.extra import MODULES

_WITHOUT = """
import runpy, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "starlette":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    "command",
    [
        ["imagegate", "try", "."],
        ["localazure", "serve", "--state", "state"],
        ["localazure", "exec", "--", "true"],
        ["localazure", "coverage"],
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_says_how_to_install_it(command: list[str], tmp_path: Path) -> None:
    """The exact command is printed, with exit code 2 and no traceback; nothing is made."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "starlette" in done.stderr
    assert "pip install 'imagegate[local]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_modules_are_those_of_the_extra(repository: Path) -> None:
    """The list of modules is what the extra in pyproject.toml brings."""
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[=><]", line)[0].lower() for line in project["optional-dependencies"]["local"]}
    brought_by = {
        module: {name.lower() for name in distributions} for module, distributions in packages_distributions().items()
    }

    assert set().union(*(brought_by[module] for module in MODULES)) == wanted
