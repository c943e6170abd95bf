"""Builds the action's image as a runner does, where neither a registry nor the package index can be reached."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import programs
from docker_daemon import DockerDaemon

REPOSITORY = Path(__file__).resolve().parents[2]
BASE = "base:debian"
"""Debian 13 as the Dockerfile's base has it, and what a job runs in."""
PIP_VERSION = "25.1.1"
_BUILDER = "base:builder"
_MIRROR = os.environ.get("IMAGEGATE_DEBIAN_MIRROR", "http://deb.debian.org/debian")
_PUBLISHED_BASE = re.compile(r"^FROM debian:trixie-slim@sha256:[0-9a-f]{64} AS base$", re.MULTILINE)


def copy_repository(folder: Path) -> None:
    """Copy what a checkout holds, on bases that the daemon has: only the lines that name a base differ."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    dockerfile = folder / "Dockerfile"
    text, bases = _PUBLISHED_BASE.subn(f"FROM {BASE} AS base", dockerfile.read_text())
    builders = text.count("FROM base AS builder\n")
    if (bases, builders) != (1, 1):
        raise RuntimeError(f"the Dockerfile names its base {bases} times and its builder {builders} times, not once")
    dockerfile.write_text(text.replace("FROM base AS builder\n", f"FROM {_BUILDER} AS builder\n"))


def build_action(daemon: DockerDaemon, tag: str) -> None:
    """Build the repository's Dockerfile, without BuildKit; each stage has a name, so that its layers are kept."""
    _prepare_bases(daemon, REPOSITORY / ".cache" / "action-base")
    with tempfile.TemporaryDirectory(prefix="imagegate-checkout-") as name:
        copy_repository(Path(name))
        daemon.build(Path(name), f"{tag}-builder", "--target=builder")
        daemon.build(Path(name), tag)


def _prepare_bases(daemon: DockerDaemon, cache: Path) -> None:
    """Import Debian, and make a builder of it that finds the locked wheels in a folder."""
    if not daemon.run("images", "--quiet", BASE):
        daemon.run("import", str(_debian(cache)), BASE)
    wheels = _wheels(cache)
    (wheels / "Dockerfile").write_text(f"FROM {BASE}\nENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels\nCOPY *.whl /wheels/\n")
    daemon.build(wheels, _BUILDER)


def _debian(cache: Path) -> Path:
    """A minimal Debian 13 without documentation, as the published base is."""
    archive = cache / "debian.tar"
    if archive.exists():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = cache / "unfinished.tar"
    command = ["mmdebstrap", "--quiet", "--variant=minbase"]
    command += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale")]
    command += ["trixie", str(unfinished), f"deb {_MIRROR} trixie main"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return unfinished.replace(archive)


def _wheels(cache: Path) -> Path:
    """The wheels that docker/requirements.txt locks, in a folder named after its content."""
    requirements = REPOSITORY / "docker" / "requirements.txt"
    folder = cache / f"wheels-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    unfinished = cache / "unfinished-wheels"
    command = [
        programs.find("uv"),
        "tool",
        "run",
        "--quiet",
        "--python",
        sys.executable,
        "--from",
        f"pip=={PIP_VERSION}",
    ]
    command += ["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--requirement", str(requirements), "--dest", str(unfinished)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return unfinished.rename(folder)
