"""Results by content: directories named by a key, made in a staging place and moved in as one.

Several processes may use one cache. An entry that is in use is held by a shared lock on its `lock` file; eviction,
least recently used first, passes by what it cannot lock. `latest use` is the modification time of that file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from localazure.engine.errors import EngineError, Evicted, ProgramCancelled
from localazure.engine.ledger import Ledger

DEFAULT_LIMIT_BYTES = 20 * 1024**3
KINDS = ("bases", "layers", "disks", "validations")
_LOOK_EVERY_S = 0.2
_ABANDONED_S = 3600  # after so long an empty staging directory is nobody's who was about to lock it
_BLOCK_BYTES = 512  # the unit of st_blocks


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A finished result. `about` is what its maker wrote down."""

    path: Path
    about: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What an entry takes. A file that several layers share counts for each of them."""

    kind: str
    path: Path
    size_bytes: int
    used_at: float


class Cache:
    """The cache in one directory. Nothing is created before the first result."""

    def __init__(self, root: Path, *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.root = root
        self._limit_bytes = limit_bytes

    def get(self, kind: str, key: str) -> Entry | None:
        """The entry of that key, marked as used now."""
        path = self.root / kind / key
        try:
            about = json.loads((path / "about.json").read_text())
            os.utime(path / "lock")
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        return Entry(path=path, about=about)

    @contextlib.contextmanager
    def using(self, *entries: Entry) -> Iterator[None]:
        """While this is open, nobody evicts these entries. Raises `Evicted` when somebody just did."""
        with contextlib.ExitStack() as stack:
            for entry in entries:
                try:
                    lock = stack.enter_context((entry.path / "lock").open("r"))
                except FileNotFoundError as gone:
                    raise Evicted(str(entry.path)) from gone
                fcntl.flock(lock, fcntl.LOCK_SH)
                if not (entry.path / "about.json").exists():
                    raise Evicted(str(entry.path))
            yield

    @contextlib.contextmanager
    def making(self, kind: str, key: str, cancelled: threading.Event) -> Iterator[None]:
        """While this is open, no other process makes the same entry; look again with `get` once inside."""
        folder = self.root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{kind}-{key}").open("w") as lock:
            while not _locked(lock):
                if cancelled.wait(_LOOK_EVERY_S):
                    raise ProgramCancelled([f"making {kind}/{key}"])
            yield

    @contextlib.contextmanager
    def staging(self, ledger: Ledger) -> Iterator[Path]:
        """A directory on the cache's file system, gone afterwards. Its lock tells whoever evicts that it is in use."""
        path = self.root / "staging" / uuid.uuid4().hex[:12]
        ledger.record("path", path)
        path.mkdir(parents=True)
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield path
        finally:
            os.close(lock)
            ledger.undo("path", path)

    def put(self, kind: str, key: str, staged: Path, about: Mapping[str, Any]) -> Entry:
        """Move a staged directory in as an entry. One that is there already stays, and is returned.

        Raises:
            Evicted: another process has removed it at once.
            EngineError: the directory could not be moved.
        """
        (staged / "lock").touch()
        (staged / "about.json").write_text(json.dumps({**about, "size_bytes": size_bytes(staged)}))
        target = self.root / kind / key
        target.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(2):
            _move(staged, target)
            entry = self.get(kind, key)
            if entry is not None:
                self.evict()
                return entry
            with contextlib.suppress(OSError):  # half an entry, of a copied cache perhaps
                target.rename(self._doomed())
        raise Evicted(str(target))

    def limit_bytes(self) -> int:
        """What all entries may take together.

        On a small disk, such as a hosted runner's, the limit is half of what there is: builds need room too.
        """
        total = sum(one.size_bytes for one in self.stored())
        there = next((path for path in (self.root, *self.root.parents) if path.exists()), Path("/"))
        return min(self._limit_bytes, (total + shutil.disk_usage(there).free) // 2)

    def evict(self) -> None:
        """Remove what was used longest ago, until the rest is within the limit; and what nobody works on any more."""
        self.remove_abandoned()
        found = self.stored()
        total, limit_bytes = sum(one.size_bytes for one in found), self.limit_bytes()
        for one in found[:-1]:
            if total <= limit_bytes:
                return
            if self.remove(one):
                total -= one.size_bytes

    def stored(self) -> list[Stored]:
        """All entries, the one that was used longest ago first."""
        found = []
        for path in (path for kind in KINDS for path in (self.root / kind).glob("*")):
            with contextlib.suppress(OSError, ValueError):
                size_bytes = int(json.loads((path / "about.json").read_text())["size_bytes"])
                used_at = (path / "lock").stat().st_mtime
                found.append(Stored(kind=path.parent.name, path=path, size_bytes=size_bytes, used_at=used_at))
        return sorted(found, key=lambda one: one.used_at)

    def remove_abandoned(self) -> None:
        """Remove what builds left that were killed, and evictions that were."""
        for one in (self.root / "staging").glob("*"):
            if one.name.startswith("evicted-") or _is_abandoned(one):
                shutil.rmtree(one, ignore_errors=True)

    def remove(self, entry: Stored, *, dry_run: bool = False) -> bool:
        """Remove an entry, unless it is in use; whether it is gone, or with `dry_run` would be."""
        try:
            with (entry.path / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not dry_run:
                    doomed = self._doomed()
                    # At once: an eviction that is cut off must not leave half an entry in its place.
                    entry.path.rename(doomed)
                    shutil.rmtree(doomed, ignore_errors=True)
                return True
        except OSError:
            return False

    def _doomed(self) -> Path:
        place = self.root / "staging"
        place.mkdir(parents=True, exist_ok=True)
        return place / f"evicted-{uuid.uuid4().hex[:12]}"


def _move(staged: Path, target: Path) -> None:
    """Move a directory, unless one is there: another process was quicker, and its result is as good."""
    try:
        staged.rename(target)
    except FileNotFoundError as gone:
        raise Evicted(str(target)) from gone
    except OSError as fault:
        if fault.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise EngineError(f"The cache cannot be written: {fault}") from fault


def _is_abandoned(staging: Path) -> bool:
    """Whether whoever worked in this directory was killed, and whoever cleans up behind him too."""
    try:
        opened = os.open(staging, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return any(staging.iterdir()) or os.fstat(opened).st_mtime < time.time() - _ABANDONED_S
    except OSError:
        return False
    finally:
        os.close(opened)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def size_bytes(root: Path) -> int:
    """What a tree takes on the disk; holes take nothing."""
    total = 0
    for folder, _, files in os.walk(root):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_blocks * _BLOCK_BYTES  # noqa: PTH118 - thousands of files
    return total
