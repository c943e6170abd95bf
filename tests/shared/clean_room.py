"""A bare Debian 12 in a folder: what a user's machine has where nothing was installed by hand.

Programs run in it by chroot, with mounts and processes of their own and this machine's network. Of this machine they
get what reaches the package registries (certificates, the settings of pip and npm) and a Python 3.13, so that uv does
not download one; all of it is mounted while a program runs, and nothing of it is written into the folder.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from output_gaps import Recording, record
from programs import REPOSITORY

_PACKAGES = "ca-certificates,git,make,python3"
_MIRROR = os.environ.get("IMAGEGATE_DEBIAN_MIRROR", "http://deb.debian.org/debian")
_HOME = "/home/user"
_WORK_TREE = f"{_HOME}/imagegate"
_HANDED_OVER = re.compile(r"cert|_ca_|^pip_|^npm_config_|^uv_(index|default_index|http_timeout)|_proxy$", re.IGNORECASE)
_FILES = (Path("/etc/resolv.conf"), Path("/etc/pip.conf"))
_REMOVAL_TIMEOUT_S = 300
# Words: the folder, then what is mounted, then `--`, then the program. All mounts go with the last process.
# The folder is a mount itself: `unshare --mount`, which the engine runs, needs a root that is one.
_ENTER = """
root=$1; shift
mount --bind "$root" "$root"
cd "$root"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root${1%/*}"; touch "$root$1"; fi
    mount --bind --read-only "$1" "$root$1"
    shift
done
shift
exec chroot "$root" "$@"
"""


def bare_debian(cache: Path) -> Path:
    """An archive of the bare system, made once."""
    archive = cache / "bare-debian" / "bookworm.tar"
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        unfinished = archive.with_name("unfinished.tar")
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_PACKAGES}"]
        command += ["bookworm", str(unfinished), f"deb {_MIRROR} bookworm main"]
        subprocess.run(command, check=True, timeout=900)
        unfinished.replace(archive)
    return archive


class CleanRoom:
    """The bare system with a fresh clone of this repository; removed when left."""

    def __init__(self, archive: Path, folder: Path, commit: str = "HEAD") -> None:
        self._archive = archive
        self._root = folder / "bare-debian"
        self._commit = commit

    def __enter__(self) -> Self:
        try:
            self._root.mkdir()
            subprocess.run(["tar", "--numeric-owner", "-xpf", self._archive, "-C", self._root], check=True)
            self._clone(f"{self._root}{_WORK_TREE}")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def run(self, *words: str, terminal: bool = False) -> Recording:
        """Run a program in the clone as root, as a login on that machine would; what it wrote, and when."""
        python = Path(sys.base_prefix)
        handed_over = {name: value for name, value in os.environ.items() if _HANDED_OVER.search(name)}
        mounted = {path for path in (*_FILES, *map(Path, handed_over.values())) if path.is_file()}
        environment = {
            "HOME": _HOME,
            "TERM": "xterm",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }
        if python.parent != Path("/"):  # a system's own cannot be mounted into another system
            mounted.add(python)
            environment["UV_PYTHON_SEARCH_PATH"] = str(python / "bin")
        command = ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"]
        command += ["sh", "-euc", _ENTER, "sh", str(self._root), *sorted(map(str, mounted)), "--"]
        command += ["env", f"--chdir={_WORK_TREE}", *words]
        return record(command, terminal=terminal, environment=handed_over | environment)

    def _clone(self, target: str) -> None:
        for command in (
            ["git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), target],
            ["git", "-C", target, "checkout", "--quiet", "--detach", self._commit],
        ):
            subprocess.run(command, check=True)

    def _remove(self) -> None:
        """Remove the folder; what was ended a moment ago may still write there."""
        deadline = time.monotonic() + _REMOVAL_TIMEOUT_S
        command = ["rm", "-rf", "--one-file-system", str(self._root)]
        while subprocess.run(command, capture_output=True, check=False).returncode and time.monotonic() < deadline:
            time.sleep(0.1)
        if self._root.exists():
            raise RuntimeError(f"The clean room could not be removed: {self._root}")
