"""Copies a directory tree with everything that an overlay keeps in it: owners, times, attributes, devices, hard links.

`python copy_tree.py ROOM SOURCE TARGET [PREVIOUS SINCE_NS]`, all below ROOM. The copier shuts itself into ROOM first:
the tree belongs to whoever runs in the build machine, and no symbolic link of theirs may lead out. Files that
PREVIOUS, an earlier copy begun at SINCE_NS, has already and that did not change since are linked instead of copied.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

_CHUNK_BYTES = 1 << 30


class Copier:
    """One copy. Paths are relative to the room."""

    def __init__(self, previous: str | None, since_ns: int) -> None:
        self._previous = previous
        self._since_ns = since_ns
        self._linked: dict[int, str] = {}

    def tree(self, source: str, target: str, relative: str = ".") -> None:
        """Copy a directory with all below it."""
        status = os.lstat(source)
        Path(target).mkdir(mode=0o700)
        with os.scandir(source) as entries:
            names = [entry.name for entry in entries]
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # gone while we were on the way
                self._one(f"{source}/{name}", f"{target}/{name}", f"{relative}/{name}")
        _take_over(source, target, status)

    def _one(self, source: str, target: str, relative: str) -> None:
        status = os.lstat(source)
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            self.tree(source, target, relative)
            return
        if stat.S_ISSOCK(mode) or self._link(status, target, relative):
            return
        if stat.S_ISREG(mode):
            _copy_content(source, target)
        elif stat.S_ISLNK(mode):
            Path(target).symlink_to(os.readlink(source))  # noqa: PTH115 - kept to the letter
        else:
            os.mknod(target, mode, status.st_rdev)
        _take_over(source, target, status)

    def _link(self, status: os.stat_result, target: str, relative: str) -> bool:
        """True when the file is there already under another name, or in the previous copy."""
        if status.st_nlink > 1 and self._linked.setdefault(status.st_ino, target) != target:
            os.link(self._linked[status.st_ino], target, follow_symlinks=False)
            return True
        if self._previous is None or not stat.S_ISREG(status.st_mode) or status.st_ctime_ns >= self._since_ns:
            return False
        if status.st_nlink > 1:
            return False
        with contextlib.suppress(OSError):
            earlier = f"{self._previous}/{relative}"
            before = os.lstat(earlier)
            if (before.st_size, before.st_mtime_ns) == (status.st_size, status.st_mtime_ns):
                os.link(earlier, target, follow_symlinks=False)
                return True
        return False


def _copy_content(source: str, target: str) -> None:
    reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            size = os.fstat(reading).st_size
            for begin, end in _pieces(reading, size):
                _copy_piece(reading, writing, begin, end)
            os.truncate(writing, size)
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def _pieces(reading: int, size: int) -> Iterator[tuple[int, int]]:
    """Where a file has content; between them are holes, which stay holes."""
    end = 0
    while end < size:
        try:
            begin = os.lseek(reading, end, os.SEEK_DATA)
        except OSError as at_end:
            if at_end.errno == errno.ENXIO:
                return
            raise
        end = min(os.lseek(reading, begin, os.SEEK_HOLE), size)
        yield begin, end


def _copy_piece(reading: int, writing: int, begin: int, end: int) -> None:
    while begin < end:
        copied = os.copy_file_range(reading, writing, min(end - begin, _CHUNK_BYTES), begin, begin)
        if not copied:  # it has become shorter meanwhile
            return
        begin += copied


def _take_over(source: str, target: str, status: os.stat_result) -> None:
    os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
    if not stat.S_ISLNK(status.st_mode):
        Path(target).chmod(stat.S_IMODE(status.st_mode))
    for name in os.listxattr(source, follow_symlinks=False):
        with contextlib.suppress(OSError):
            os.setxattr(target, name, os.getxattr(source, name, follow_symlinks=False), follow_symlinks=False)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)


def main() -> None:
    """Copy as the arguments say."""
    room, *paths = sys.argv[1:]
    since_ns = int(paths.pop()) if len(paths) > 2 else 0
    source, target, *previous = (f"/{os.path.relpath(path, room)}" for path in paths)
    "".encode("utf-8", "surrogateescape")  # what names need is imported while it can be found
    os.chroot(room)
    os.chdir("/")
    Copier(previous[0] if previous else None, since_ns).tree(source, target)


if __name__ == "__main__":
    main()
