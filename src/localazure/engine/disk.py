"""A disk made from a container's tree, and what a boot needs of it."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from localazure.engine import process
from localazure.engine.bases.debian import ROOT_UUID
from localazure.engine.container import Container
from localazure.engine.errors import EngineError, ProgramFailed
from localazure.engine.shifted import SHIFT, command

DEFAULT_SIZE_BYTES = 30 * 1024**3  # the marketplace's Debian images; a sparse file, so it takes what is in it
NAME = "disk.raw"
_TIMEOUT_S = 1800
MKFS = (
    *("mkfs.ext4", "-q", "-F", "-m", "1", "-U", ROOT_UUID, "-L", "root"),
    *("-E", "lazy_itable_init=0,lazy_journal_init=1"),
)
_KERNEL = re.compile(r"\bvmlinuz-(\S+)")


@dataclass(frozen=True, kw_only=True)
class BootFiles:
    """Kernel and initial file system as the image holds them; None where it has none, and does not boot."""

    kernel: Path | None
    initrd: Path | None


def make(container: Container, folder: Path, *, size_bytes: int, cancelled: threading.Event) -> Path:
    """A sparse raw disk with one ext4 file system that holds the container's whole tree.

    Raises:
        EngineError: the tree does not fit.
    """
    disk = folder / NAME
    with disk.open("wb") as created:
        created.truncate(size_bytes)
    inside = container.cell.mount_point("out")
    process.run(container.cell.command(["mount", "--bind", folder, inside]))
    for path in (folder, disk):
        _give_to_guest(path)
    mkfs = command([*MKFS, "-d", container.tree, inside / NAME])
    try:
        process.run(container.cell.command(mkfs), timeout_s=_TIMEOUT_S, cancelled=cancelled)
    except ProgramFailed as fault:
        if "allocate block" not in fault.output and "No space left" not in fault.output:
            raise
        raise EngineError(
            f"The image's files do not fit on its disk of {size_bytes // 1024**3} GiB. "
            "`osDiskSizeGB` in the template's `vmProfile` makes it larger."
        ) from fault
    return disk


def boot_files(disk: Path, folder: Path) -> BootFiles:
    """Take the newest kernel of a disk, and the initial file system that belongs to it, into `folder`."""
    listing = process.run(["debugfs", "-R", "ls -l /boot", disk]).stdout
    versions = sorted(set(_KERNEL.findall(listing)), key=_version_order)
    if not versions:
        return BootFiles(kernel=None, initrd=None)
    names = (f"vmlinuz-{versions[-1]}", f"initrd.img-{versions[-1]}")
    for name in names:
        process.run(["debugfs", "-R", f'dump "/boot/{name}" "{name}"', disk], directory=folder)
    kernel, initrd = (folder / name if (folder / name).exists() else None for name in names)
    return BootFiles(kernel=kernel, initrd=initrd)


def _version_order(version: str) -> list[tuple[int, int | str]]:
    parts = re.findall(r"\d+|\D+", version)
    return [(1, int(part)) if part.isdigit() else (0, part) for part in parts]


def _give_to_guest(path: Path) -> None:
    os.chown(path, SHIFT, SHIFT)
