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

from trial_story import Trial

REPOSITORY = Path(__file__).resolve().parents[2]
_OURS = ("qemu-system", "systemd-nspawn", "dnsmasq", "mmdebstrap", "localazure")


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


def _look(folder: Path) -> dict[str, set[str]]:
    """What a trial in `folder` could leave on this machine."""
    processes = [line.split(maxsplit=2) for line in _lines("ps", "-eo", "ppid=,pid=,args=")]
    return {
        "mounts": {line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if "docker" not in line},
        "processes": {
            f"{pid} {arguments}"
            for parent, pid, arguments in processes
            if any(name in arguments for name in _OURS) and (str(folder) in arguments or parent == "1")
        },
        "links": {name for line in _lines("ip", "-o", "link") if _is_ours(name := line.split(":")[1].strip())},
        "namespaces": set(_lines("ip", "netns")),
        "packet filters": {line for line in _lines("nft", "list", "tables") if _is_ours(line)},
        "temporary folders": {path.name for path in (folder / "tmp").glob("imagegate-try-*")},
    }


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def _is_ours(name: str) -> bool:
    """Whether the engine made a link or table of that name. Two engines at once see each other's: run stories alone."""
    return name.startswith(("lcz", "table inet localazure_"))


@pytest.fixture
def nothing_left(tmp_path: Path) -> Callable[[], dict[str, set[str]]]:
    """What is there now and was not there before: empty when a story has cleaned up behind itself."""
    before = _look(tmp_path)
    return lambda: {what: now - before[what] for what, now in _look(tmp_path).items() if now - before[what]}


@pytest.fixture
def interrupt() -> Callable[[subprocess.Popen[str]], None]:
    """Ctrl-C on a terminal: SIGINT to the whole process group."""
    return lambda process: os.killpg(process.pid, signal.SIGINT)
