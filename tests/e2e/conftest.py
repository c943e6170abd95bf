"""End-to-end stories: the commands as a person types them, and a look at the machine before and after."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leftovers import nothing_new
from trial_story import Trial

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A trial with a HOME of its own and the cache that all tests share."""
    cache = os.environ.get("IMAGEGATE_TEST_CACHE", str(REPOSITORY / ".cache" / "test"))
    foreign = ("AZURE_", "GITHUB_", "IMAGEGATE_", "XDG_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    own = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), "IMAGEGATE_CACHE_DIR": cache}
    return Trial(environment=kept | own, folder=tmp_path)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A copy of the Apache image's folder that a test may change."""
    return Path(shutil.copytree(REPOSITORY / "templates" / "apache-debian12", tmp_path / "apache-debian12"))


@pytest.fixture
def change_customizers(image: Path) -> Callable[[Callable[[list[dict[str, Any]]], object]], None]:
    """Change the list of customizers of the copied template."""

    def change(edit: Callable[[list[dict[str, Any]]], object]) -> None:
        path = image / "template.json"
        template = json.loads(path.read_text())
        edit(template["resources"][0]["properties"]["customize"])
        path.write_text(json.dumps(template, indent=2))

    return change


@pytest.fixture
def nothing_left(tmp_path: Path) -> Callable[[], dict[str, set[str]]]:
    """What is there now and was not there before: empty when a story has cleaned up behind itself."""
    return nothing_new(tmp_path)


@pytest.fixture
def interrupt() -> Callable[[subprocess.Popen[str]], None]:
    """Ctrl-C on a terminal: SIGINT to the whole process group."""
    return lambda process: os.killpg(process.pid, signal.SIGINT)
