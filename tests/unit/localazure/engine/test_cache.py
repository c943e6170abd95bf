"""The cache: results by key, kept while used, the oldest removed first, whoever else uses it at the same time."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from localazure.engine.cache import Cache, Entry
from localazure.engine.errors import EngineError, Evicted, ProgramCancelled
from localazure.engine.ledger import Ledger

_MIB = 1024**2


def _put(cache: Cache, key: str, *, kind: str = "layers", size_bytes: int = 0, used_at: int | None = None) -> Entry:
    staged = cache.root.parent / f"staged-{key}"
    staged.mkdir()
    (staged / "content").write_bytes(b"x" * size_bytes)
    entry = cache.put(kind, key, staged, {"key": key})
    if used_at is not None:
        os.utime(entry.path / "lock", (used_at, used_at))
    return entry


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache with room for some 3 MiB."""
    return Cache(tmp_path / "cache", limit_bytes=3 * _MIB + 256 * 1024)


def test_creates_nothing_before_the_first_result(cache: Cache) -> None:
    """Looking something up leaves no trace on the machine."""
    assert cache.get("layers", "absent") is None
    assert not cache.root.exists()


def test_gives_back_what_was_put(cache: Cache) -> None:
    """An entry is found under its kind and key only, with its files and its maker's notes."""
    _put(cache, "a", size_bytes=3)

    found = cache.get("layers", "a")
    assert found is not None
    assert (found.path / "content").read_bytes() == b"xxx"
    assert found.about["key"] == "a"
    assert cache.get("bases", "a") is None


def test_a_second_result_gives_way_to_the_first(cache: Cache, tmp_path: Path) -> None:
    """When another process was quicker, its entry stays: somebody may be using it."""
    _put(cache, "a", size_bytes=1)
    later = tmp_path / "later"
    later.mkdir()

    entry = cache.put("layers", "a", later, {"key": "other"})

    assert entry.about["key"] == "a"
    assert (entry.path / "content").exists()


def test_entry_without_notes_is_none(cache: Cache) -> None:
    """What another process is removing at this moment (its notes go first) is not found any more."""
    entry = _put(cache, "a")
    (entry.path / "about.json").unlink()

    assert cache.get("layers", "a") is None


def test_evicts_what_was_used_longest_ago(cache: Cache) -> None:
    """Past the limit, entries go in the order of their last use, of whatever kind, and no more than has to."""
    _put(cache, "oldest", kind="bases", size_bytes=_MIB, used_at=1000)
    _put(cache, "middle", kind="disks", size_bytes=_MIB, used_at=2000)
    _put(cache, "young", size_bytes=_MIB, used_at=3000)

    _put(cache, "new", size_bytes=_MIB)

    assert cache.get("bases", "oldest") is None
    assert cache.get("disks", "middle") is not None
    assert cache.get("layers", "young") is not None
    assert cache.get("layers", "new") is not None


def test_a_small_disk_is_shared_with_the_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is less room than the limit, the cache keeps to half of what it could have."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=_MIB))
    cache = Cache(tmp_path / "cache")
    for number, key in enumerate(("oldest", "middle", "young"), start=1):
        _put(cache, key, size_bytes=_MIB, used_at=1000 * number)

    assert cache.get("layers", "oldest") is None
    assert cache.get("layers", "young") is not None


def test_looking_up_counts_as_use(cache: Cache) -> None:
    """An entry that was asked for lately outlives one that was made later and never asked for."""
    _put(cache, "asked", size_bytes=_MIB, used_at=1000)
    _put(cache, "forgotten", size_bytes=_MIB, used_at=2000)
    _put(cache, "young", size_bytes=_MIB, used_at=3000)
    cache.get("layers", "asked")

    _put(cache, "new", size_bytes=_MIB)

    assert cache.get("layers", "asked") is not None
    assert cache.get("layers", "forgotten") is None


def test_entries_in_use_are_not_evicted(cache: Cache) -> None:
    """What a build stands on stays, however old, and the next oldest goes in its place."""
    used = _put(cache, "used", size_bytes=_MIB, used_at=1000)
    _put(cache, "idle", size_bytes=_MIB, used_at=2000)
    _put(cache, "young", size_bytes=_MIB, used_at=3000)

    with cache.using(used):
        _put(cache, "new", size_bytes=_MIB)

    assert (used.path / "content").exists()
    assert cache.get("layers", "idle") is None


def test_the_only_entry_stays_whatever_its_size(tmp_path: Path) -> None:
    """A result that is larger than the whole cache is not thrown away before it was used."""
    cache = Cache(tmp_path / "cache", limit_bytes=1)

    assert _put(cache, "huge", size_bytes=_MIB).path.is_dir()


def test_holes_take_no_room(cache: Cache) -> None:
    """A sparse disk counts as what is in it, not as its size."""
    staged = cache.root.parent / "staged"
    staged.mkdir()
    with (staged / "disk.raw").open("wb") as disk:
        disk.truncate(30 * 1024**3)

    assert cache.put("disks", "a", staged, {}).about["size_bytes"] < _MIB


def test_using_what_is_gone_is_an_error(cache: Cache) -> None:
    """An entry that was evicted between its look-up and its use is not used half removed."""
    entry = _put(cache, "a")
    (entry.path / "about.json").unlink()

    with pytest.raises(Evicted), cache.using(entry):
        pass


def test_staging_is_gone_afterwards(cache: Cache, ledger: Ledger) -> None:
    """A staging place lies on the cache's file system and goes with all in it, also when its maker fails."""
    seen: list[Path] = []

    def make() -> None:
        with cache.staging(ledger) as staging:
            (staging / "half").mkdir()
            seen.append(staging)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make()

    assert seen[0].is_relative_to(cache.root)
    assert not seen[0].exists()


def test_staging_is_written_down_while_it_is_there(cache: Cache, ledger: Ledger) -> None:
    """Should the engine be killed, its ledger names the staging place."""
    with cache.staging(ledger) as staging:
        assert str(staging) in ledger.path.read_text()


def test_the_same_is_not_made_twice_at_once(cache: Cache) -> None:
    """While somebody makes an entry, another process waits for that one and for no other."""
    with cache.making("bases", "a", threading.Event()):
        path = cache.root / "locks" / "bases-a"
        with path.open("r") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with cache.making("bases", "b", threading.Event()):
            pass
    with path.open("r") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_waiting_for_another_maker_ends_with_the_build(cache: Cache) -> None:
    """A build that is cancelled while another process makes its base does not wait for that one's end."""
    cancelled = threading.Event()
    cancelled.set()

    with (
        cache.making("bases", "a", threading.Event()),
        pytest.raises(ProgramCancelled),
        cache.making("bases", "a", cancelled),
    ):
        pass


def test_eviction_that_was_cut_off_leaves_no_half_entry(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """An evictor that is killed while it deletes leaves the key free, and what it left goes with the next eviction."""
    _put(cache, "old", size_bytes=2 * _MIB, used_at=1)
    with monkeypatch.context() as killed:
        killed.setattr("localazure.engine.cache.shutil.rmtree", lambda *_, **__: None)
        _put(cache, "new", size_bytes=2 * _MIB)
    left = list((cache.root / "staging").glob("evicted-*"))

    again = _put(cache, "old", size_bytes=1)

    assert again.path.is_dir()
    assert left
    assert not any(path.exists() for path in left)


def test_half_an_entry_gives_way(cache: Cache) -> None:
    """A directory without notes (a cache that was copied while in use) is no entry, and not in the way of one."""
    (cache.root / "layers" / "a" / "upper").mkdir(parents=True)

    _put(cache, "a", size_bytes=3)

    found = cache.get("layers", "a")
    assert found is not None
    assert (found.path / "content").read_bytes() == b"xxx"


def test_notes_that_cannot_be_read_are_none(cache: Cache) -> None:
    """A full disk leaves files cut off: what cannot be read is made anew."""
    entry = _put(cache, "a")
    (entry.path / "about.json").write_text('{"key":')

    assert cache.get("layers", "a") is None
    assert _put(cache, "a").about["key"] == "a"


def test_what_cannot_be_moved_is_an_error(cache: Cache, tmp_path: Path) -> None:
    """Where the cache cannot be written, the build is told; it does not try for ever."""
    staged = tmp_path / "staged"
    staged.mkdir()
    cache.root.mkdir()
    (cache.root / "layers").mkdir()
    (cache.root / "layers" / "a").write_text("a file in the way")

    with pytest.raises(EngineError, match="cannot be written"):
        cache.put("layers", "a", staged, {})


def test_abandoned_staging_is_removed(cache: Cache, ledger: Ledger) -> None:
    """What a build left that was killed with all that cleans up behind it goes; what a living one works on stays."""
    abandoned, begun = cache.root / "staging" / "abandoned", cache.root / "staging" / "begun"
    (abandoned / "upper").mkdir(parents=True)
    begun.mkdir()

    with cache.staging(ledger) as used:
        (used / "upper").mkdir()
        cache.evict()

        assert not abandoned.exists()
        assert begun.exists()
        assert (used / "upper").exists()
