"""What each customizer left, kept so that the next build starts after it.

A layer is a copy of the overlay's upper directory, taken between two customizers while the build machine goes on. It holds
files, and only files: what a customizer merely *started* is not in it. On the service every customizer runs on the same
machine, so a later one may count on such a service. Therefore a layer is kept only where a boot brings back what ran:
if a customizer leaves a service active that no boot would start, a process of the build user, or a mount, the rest of that
build is not kept, and the next build runs it again from the last layer before.

A resumed build boots once more between two customizers. What else a boot changes (uptime, /run, kernel settings made with
`sysctl -w`) a customizer may notice; the service's documentation promises none of it.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import process
from localazure.engine.cache import Cache, Entry
from localazure.engine.container import STEP_UNIT, Container
from localazure.engine_port import Customization

VERSION = "1"  # of the engine's way to run a customizer; part of every key
UPPER = "upper"
_PULLED_IN_BY = ("WantedBy", "RequiredBy", "BoundBy", "TriggeredBy", "UpheldBy", "BusName")
_SERVICES = ["systemctl", "show", "--type=service", "--state=active", f"--property=Id,{','.join(_PULLED_IN_BY)}", "*"]
_OTHERS = """
pgrep -u packer -l | sed 's/^[0-9]* /process /' | grep -v -e systemd -e '(sd-pam)'
cut -d' ' -f5 /proc/self/mountinfo | grep -v -e '^/run/user' -e '^/run/credentials' | sed 's/^/mount /'
true
"""
_SESSIONS = ("user@", "user-runtime-dir@", STEP_UNIT)  # they belong to the user that customizers run as


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
        below = key(below, one.kind, one.inline, content, one.sha256, one.destination)
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

    def __init__(self, cache: Cache, staging: Path, container: Container, resumed: Kept) -> None:
        self._cache = cache
        self._staging = staging
        self._container = container
        self._below = [entry.path.name for entry in resumed.entries]
        self._running = self._look()
        self._previous: tuple[Path, int] | None = None
        self.why_not = ""

    def keep(self, name: str) -> None:
        """Copy what the build has written so far into the cache, unless a boot could not bring back what runs."""
        more = sorted(self._look() - self._running)
        self.why_not = self.why_not or ", ".join(more)
        if self.why_not:
            return
        target = self._staging / "layer"
        began_ns = time.time_ns()
        with self._container.frozen():
            process.run(self._copy(target / UPPER), timeout_s=1800)
        entry = self._cache.put("layers", name, target, {"below": self._below})
        self._previous = (entry.path / UPPER, began_ns)

    def _copy(self, target: Path) -> list[process.Argument]:
        target.parent.mkdir()
        script = Path(__file__).with_name("copy_tree.py")
        unchanged = [str(part) for part in self._previous or ()]
        return [sys.executable, "-I", script, self._cache.root, self._staging / UPPER, target, *unchanged]

    def _look(self) -> set[str]:
        others = self._container.run(["/bin/sh", "-c", _OTHERS], check=False).stdout.splitlines()
        return services_by_hand(self._container.run(_SERVICES, check=False).stdout) | set(others)


def services_by_hand(shown: str) -> set[str]:
    """The services in the output of `systemctl show` that nothing pulls in: somebody started them by name."""
    found = set[str]()
    for block in shown.split("\n\n"):
        properties = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        name = properties.get("Id", "")
        if name and not name.startswith(_SESSIONS) and not any(properties.get(one) for one in _PULLED_IN_BY):
            found.add(f"service {name}")
    return found
