"""What each customizer left, kept so that the next build starts after it.

A layer is a copy of the overlay's upper directory, taken between two customizers while the build machine stands
still. It holds files, and only files. On the service all customizers run on one machine that is up all the time, so
what a customizer *started* is there for the next. A layer therefore notes which services were active, and a build
that resumes from it boots, then starts and stops services until the same are active. What no boot can bring back (a
process that a script left running, a transient unit, a mount) keeps a layer from being made: the next build runs
those customizers again.

What is lost on resuming is memory: /run, uptime, kernel settings made with `sysctl -w`, a service's own state in
memory.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import handover, process, provisioner
from localazure.engine.cache import Cache, Entry
from localazure.engine.container import STEP_UNIT, Container
from localazure.engine.customizers import file, shell
from localazure.engine_port import Customization

VERSION = "2"  # of the engine's way to run a customizer; part of every key
_WAY = (shell.RECIPE, provisioner.RECIPE, handover.RECIPE)  # what a step leaves besides what it was asked for
UPPER = "upper"
_SERVICES = ["systemctl", "show", "--type=service", "--state=active", "--property=Id,FragmentPath", "*"]
_OTHERS = """
pgrep -u packer -l | sed 's/^[0-9]* /process /' | grep -v -e systemd -e '(sd-pam)'
cut -d' ' -f5 /proc/self/mountinfo | grep -v -e '^/run/user' -e '^/run/credentials' | sed 's/^/mount /'
true
"""
# Services that belong to the user that customizers run as, to the engine, or to the boot itself.
_NOT_OURS = ("user@", "user-runtime-dir@", STEP_UNIT, "systemd-", "dbus", "console-getty", "getty@")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The layers that a build can start from: how many customizers they stand for, the latest first."""

    count: int
    entries: tuple[Entry, ...]


def key(*parts: object) -> str:
    """A name for whatever depends on these parts."""
    return hashlib.sha256(json.dumps([VERSION, *parts]).encode()).hexdigest()[:24]


def keys(below: str, customize: Sequence[Customization]) -> list[str]:
    """A key a customizer: all that its result depends on. Its name and where its content came from are not."""
    found: list[str] = []
    for one in customize:
        content = hashlib.sha256(one.content).hexdigest() if one.content is not None else None
        target = file.target(one) if one.kind == "File" else None
        below = key(_WAY, below, one.kind, one.inline, content, one.sha256, target)
        found.append(below)
    return found


def find(cache: Cache, names: Sequence[str]) -> Kept:
    """The longest run of customizers whose layers are all there."""
    for count in range(len(names), 0, -1):
        top = cache.get("layers", names[count - 1])
        below = [cache.get("layers", name) for name in (top.about["below"] if top else ())]
        if top is not None and all(below):
            return Kept(count=count, entries=(top, *(one for one in below if one is not None)))
    return Kept(count=0, entries=())


class Keeper:
    """Takes the layers of one build. `staging` holds the live upper directory, on the cache's file system."""

    def __init__(
        self, cache: Cache, staging: Path, container: Container, resumed: Kept, cancelled: threading.Event
    ) -> None:
        self._cache = cache
        self._cancelled = cancelled
        self._staging = staging
        self._container = container
        self._below = [entry.path.name for entry in resumed.entries]
        if resumed.entries:
            self._resume(set(resumed.entries[0].about["active"]))
        self._before = self._what_no_boot_brings_back()
        self._previous: tuple[Path, int] | None = None
        self.why_not = ""

    def keep(self, name: str) -> None:
        """Copy what the build has written so far into the cache, unless a boot could not bring back what runs."""
        more = sorted(self._what_no_boot_brings_back() - self._before)
        self.why_not = self.why_not or ", ".join(more)
        if self.why_not:
            return
        active = sorted(active_services(self._show()))
        target = self._staging / "layer"
        target.mkdir()
        began_ns = time.time_ns()
        with self._container.frozen():
            process.run(self._copy(target / UPPER), timeout_s=1800, cancelled=self._cancelled)
        made = target.stat().st_ino
        entry = self._cache.put("layers", name, target, {"below": self._below, "active": active})
        if entry.path.stat().st_ino == made:  # of another build that was quicker we cannot tell what is the same
            self._previous = (entry.path / UPPER, began_ns)
        else:
            shutil.rmtree(target)

    def _copy(self, target: Path) -> list[process.Argument]:
        script = Path(__file__).with_name("copy_tree.py")
        unchanged = [str(part) for part in self._previous or ()]
        return [sys.executable, "-I", script, self._cache.root, self._staging / UPPER, target, *unchanged]

    def _resume(self, wanted: set[str]) -> None:
        active = set(active_services(self._show()))
        for verb, names in (("start", wanted - active), ("stop", active - wanted)):
            if names:
                self._container.run(["systemctl", verb, *sorted(names)], timeout_s=300, check=False)

    def _what_no_boot_brings_back(self) -> set[str]:
        others = self._container.run(["/bin/sh", "-c", _OTHERS], check=False).stdout.splitlines()
        services = active_services(self._show()).items()
        return {f"service {name}" for name, unit_file in services if _is_transient(unit_file)}.union(others)

    def _show(self) -> str:
        return self._container.run(_SERVICES, check=False).stdout


def active_services(shown: str) -> dict[str, str]:
    """The services in the output of `systemctl show`, but for those of any boot or session; each with its unit file."""
    found: dict[str, str] = {}
    for block in shown.split("\n\n"):
        properties = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        name = properties.get("Id", "")
        if name and not name.startswith(_NOT_OURS):
            found[name] = properties.get("FragmentPath", "")
    return found


def _is_transient(unit_file: str) -> bool:
    return not unit_file or unit_file.startswith("/run/")
