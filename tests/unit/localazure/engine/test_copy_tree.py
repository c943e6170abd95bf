"""Copying a tree: everything that an overlay keeps in one, and no copy of what did not change."""

from __future__ import annotations

import os
import socket
import stat
import time
from pathlib import Path

import pytest

from localazure.engine.copy_tree import Copier


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty tree, in the room of the copier."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


def _copy(source: Path, name: str = "target", *, previous: str | None = None, since_ns: int = 0) -> Path:
    Copier(previous, since_ns).tree("source", name)
    return source.parent / name


def test_keeps_content_modes_and_times(source: Path) -> None:
    """Files and directories keep content, permissions (also set-uid and none at all) and times to the nanosecond."""
    (source / "a folder").mkdir(mode=0o750)
    path = source / "a folder" / "program"
    path.write_bytes(b"\0" * 70000)
    path.chmod(0o4755)
    (source / "closed").touch(mode=0)
    for one in (path, source / "a folder"):
        os.utime(one, ns=(1_000_000_007, 2_000_000_009))

    copy = _copy(source)

    for name in ("a folder", "a folder/program", "closed"):
        before, after = (source / name).lstat(), (copy / name).lstat()
        assert (after.st_mode, after.st_mtime_ns, after.st_uid) == (before.st_mode, before.st_mtime_ns, before.st_uid)
    assert (copy / "a folder/program").read_bytes() == b"\0" * 70000


def test_links_are_kept_to_the_letter(source: Path) -> None:
    """A symbolic link is copied and never followed, wherever it leads and whether anything is there."""
    for name, target in (("out", "/etc/passwd"), ("broken", "../nowhere"), ("slash", "dir/")):
        (source / name).symlink_to(target)

    copy = _copy(source)

    kept = [os.readlink(copy / name) for name in ("out", "broken", "slash")]  # noqa: PTH115 - a Path drops the slash
    assert kept == ["/etc/passwd", "../nowhere", "dir/"]


def test_two_names_stay_one_file(source: Path) -> None:
    """Hard links of a tree are hard links of its copy, and not of the original."""
    (source / "one").write_text("x")
    (source / "sub").mkdir()
    os.link(source / "one", source / "sub" / "two")

    copy = _copy(source)

    assert (copy / "one").samefile(copy / "sub" / "two")
    assert not (copy / "one").samefile(source / "one")


def test_pipes_are_copied_and_sockets_are_not(source: Path) -> None:
    """A pipe is made anew and not read from; a socket means nothing without its process."""
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("source/socket")

        copy = _copy(source)

    assert stat.S_ISFIFO((copy / "pipe").lstat().st_mode)
    assert not (copy / "socket").exists()


def test_attributes_are_kept(source: Path) -> None:
    """Extended attributes, which hold capabilities and an overlay's own marks, come along."""
    (source / "a").touch()
    try:
        os.setxattr(source / "a", "user.mark", b"y")
    except OSError:
        pytest.skip("this file system has no extended attributes")

    assert os.getxattr(_copy(source) / "a", "user.mark") == b"y"


def _later_than(path: Path) -> int:
    """A time after the last change of a file, as its file system counts."""
    while time.time_ns() <= path.lstat().st_ctime_ns:
        pass
    return time.time_ns()


def test_what_did_not_change_is_linked(source: Path) -> None:
    """A file of the previous copy that nobody touched since takes no room again; one that changed is copied."""
    (source / "same").write_text("x")
    (source / "changed").write_text("before")
    since_ns = _later_than(source / "changed")
    first = _copy(source, "first")
    (source / "changed").write_text("after")
    os.utime(source / "changed", ns=(since_ns * 2, since_ns * 2))

    second = _copy(source, "second", previous="first", since_ns=since_ns)

    assert (second / "same").samefile(first / "same")
    assert (second / "changed").read_text() == "after"
    assert (first / "changed").read_text() == "before"


def test_change_with_a_forged_time_is_seen(source: Path) -> None:
    """A file of the same size whose time was set back is not taken for unchanged: its inode tells."""
    (source / "a").write_text("before")
    old = (source / "a").stat()
    since_ns = time.time_ns()
    first = _copy(source, "first")
    (source / "a").write_text("AFTER!")
    while (source / "a").lstat().st_ctime_ns < since_ns:
        (source / "a").write_text("AFTER!")
    os.utime(source / "a", ns=(old.st_atime_ns, old.st_mtime_ns))

    second = _copy(source, "second", previous="first", since_ns=since_ns)

    assert (second / "a").read_text() == "AFTER!"
    assert (first / "a").read_text() == "before"


def test_holes_stay_holes(source: Path) -> None:
    """A file of 100 GiB with a few bytes in it takes no more in the copy than in the original."""
    with (source / "sparse").open("wb") as sparse:
        sparse.truncate(100 * 1024**3)
        sparse.seek(50 * 1024**3)
        sparse.write(b"in the middle")

    copy = _copy(source) / "sparse"

    assert copy.stat().st_size == 100 * 1024**3
    assert copy.stat().st_blocks <= (source / "sparse").stat().st_blocks
    with copy.open("rb") as read:
        read.seek(50 * 1024**3)
        assert read.read(13) == b"in the middle"
