"""End-to-end stories: the commands as a person types them, and a look at the machine before and after."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trial_story import Trial

REPOSITORY = Path(__file__).resolve().parents[2]
_OURS = ("qemu-system", "systemd-nspawn", "dnsmasq", "mmdebstrap")


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A trial with a HOME of its own and the cache that all tests share."""
    cache = os.environ.get("IMAGEGATE_TEST_CACHE", str(REPOSITORY / ".cache" / "test"))
    foreign = ("AZURE_", "GITHUB_", "IMAGEGATE_", "XDG_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    home = tmp_path / "home"
    home.mkdir()
    return Trial(environment=kept | {"HOME": str(home), "IMAGEGATE_CACHE_DIR": cache}, folder=tmp_path)


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


def _look() -> dict[str, set[str]]:
    """What a build or a smoke VM could leave on this machine."""

    def lines(*command: str) -> set[str]:
        return set(subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines())

    counters = str.maketrans("", "", "0123456789")
    temporary = Path(tempfile.gettempdir())
    return {
        "mounts": {line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if "docker" not in line},
        "processes": {line for line in lines("ps", "-eo", "pid,args") if any(name in line for name in _OURS)},
        "links": {line.split(":")[1].strip() for line in lines("ip", "-o", "link") if "docker0" not in line},
        "namespaces": lines("ip", "netns"),
        "packet filters": {line.translate(counters) for line in lines("nft", "list", "ruleset")},
        "temporary folders": {path.name for path in temporary.glob("imagegate-try-*")},
    }


@pytest.fixture
def nothing_left() -> Callable[[], dict[str, set[str]]]:
    """What is there now and was not there before: empty when a story has cleaned up behind itself."""
    before = _look()
    return lambda: {what: now - before[what] for what, now in _look().items() if now - before[what]}


@pytest.fixture
def interrupt() -> Callable[[subprocess.Popen[str]], None]:
    """Ctrl-C on a terminal: SIGINT to the whole process group."""
    return lambda process: os.killpg(process.pid, signal.SIGINT)
