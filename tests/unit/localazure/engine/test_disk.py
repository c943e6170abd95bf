"""Disks: made whole from a machine's tree, and read for what a boot needs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import disk
from localazure.engine.bases.debian import ROOT_UUID
from localazure.engine.container import Container
from localazure.engine.errors import EngineError, ProgramFailed
from localazure.engine.shifted import SHIFT

NEVER = threading.Event()
_DUMP = "open(argv[1].split()[2].strip('\"'), 'w').close()"


def _lists(programs: FakePrograms, *names: str) -> None:
    """Let the disk's /boot hold these files."""
    programs.add("debugfs")
    programs.answer("dump", behaviour=_DUMP)
    lines = [f"  {40 + number}  100644 (1)  0  0  8192  1-Jan-2026 00:00 {name}" for number, name in enumerate(names)]
    programs.answer("ls -l /boot", stdout="\n".join(lines) + "\n")


def test_disk_has_the_size_asked_for_and_takes_no_room(container: Container, tmp_path: Path) -> None:
    """A disk is sparse: it has its whole size for the guest and takes here only what is in it."""
    (tmp_path / "out").mkdir()

    made = disk.make(container, tmp_path / "out", size_bytes=disk.DEFAULT_SIZE_BYTES, cancelled=NEVER)

    assert made.stat().st_size == 30 * 1024**3
    assert made.stat().st_blocks == 0


def test_disk_is_filled_by_nobody(container: Container, programs: FakePrograms, tmp_path: Path) -> None:
    """The program that reads a customizer's tree runs without rights on this machine, on a file that it may write."""
    (tmp_path / "out").mkdir()

    made = disk.make(container, tmp_path / "out", size_bytes=1024**3, cancelled=NEVER)

    [call] = programs.calls("mkfs.ext4")
    assert call.argv[call.argv.index("mkfs.ext4") - 1].endswith("/shifted.py")
    assert call.argv[call.argv.index("-d") + 1] == str(container.tree)
    assert made.stat().st_uid == SHIFT


def test_root_has_the_name_that_its_fstab_mounts(container: Container, programs: FakePrograms, tmp_path: Path) -> None:
    """The file system carries the identity that the base's fstab names."""
    (tmp_path / "out").mkdir()

    disk.make(container, tmp_path / "out", size_bytes=1024**3, cancelled=NEVER)

    [call] = programs.calls("mkfs.ext4")
    assert call.argv[call.argv.index("-U") + 1] == ROOT_UUID


def test_full_disk_fails_with_its_reason(container: Container, programs: FakePrograms, tmp_path: Path) -> None:
    """A tree that does not fit is an error that says how large the disk is and what makes it larger."""
    (tmp_path / "out").mkdir()
    programs.answer("mkfs.ext4", stderr="Could not allocate block in ext2 filesystem\n", exit_code=1)

    with pytest.raises(EngineError, match=r"do not fit on its disk of 1 GiB. `osDiskSizeGB`"):
        disk.make(container, tmp_path / "out", size_bytes=1024**3, cancelled=NEVER)


def test_other_failures_keep_their_words(container: Container, programs: FakePrograms, tmp_path: Path) -> None:
    """What has nothing to do with the size is told as the program tells it."""
    (tmp_path / "out").mkdir()
    programs.answer("mkfs.ext4", stderr="Operation not permitted\n", exit_code=1)

    with pytest.raises(ProgramFailed, match="Operation not permitted"):
        disk.make(container, tmp_path / "out", size_bytes=1024**3, cancelled=NEVER)


def test_folder_may_have_any_name(programs: FakePrograms, tmp_path: Path) -> None:
    """Kernels are found whatever the folder is called that they go to."""
    _lists(programs, "vmlinuz-6.1.0-9-cloud-amd64")
    folder = tmp_path / 'a "folder", of mine'
    folder.mkdir()

    assert disk.boot_files(tmp_path / "disk.raw", folder).kernel == folder / "vmlinuz-6.1.0-9-cloud-amd64"


def test_newest_kernel_boots(programs: FakePrograms, tmp_path: Path) -> None:
    """Of several kernels the newest is taken, by number and not by letter, with its own initial file system."""
    versions = ("6.1.0-9-cloud-amd64", "6.1.0-38-cloud-amd64", "6.1.0-4-cloud-amd64")
    _lists(programs, *(f"{kind}-{one}" for kind in ("vmlinuz", "initrd.img", "config") for one in versions))

    found = disk.boot_files(tmp_path / "disk.raw", tmp_path)

    assert found.kernel == tmp_path / "vmlinuz-6.1.0-38-cloud-amd64"
    assert found.initrd == tmp_path / "initrd.img-6.1.0-38-cloud-amd64"


def test_image_without_a_kernel_boots_nothing(programs: FakePrograms, tmp_path: Path) -> None:
    """An image that holds no kernel is told to hold none: it must fail to boot, not boot somebody else's."""
    _lists(programs, "grub", "config-6.1.0-9-cloud-amd64")

    assert disk.boot_files(tmp_path / "disk.raw", tmp_path) == disk.BootFiles(kernel=None, initrd=None)
    assert programs.calls("dump") == []


def test_kernel_without_an_initial_file_system(programs: FakePrograms, tmp_path: Path) -> None:
    """A customizer may have removed it; then the kernel is started alone, as the image would be."""
    _lists(programs, "vmlinuz-6.12.1")
    programs.answer("initrd.img", stderr="File not found by ext2_lookup\n")

    found = disk.boot_files(tmp_path / "disk.raw", tmp_path)

    assert found == disk.BootFiles(kernel=tmp_path / "vmlinuz-6.12.1", initrd=None)
