"""`imagegate cache`: what is kept, and how it is removed."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from localazure.cli.cache import cache_command
from localazure.engine.cache import Cache, Entry
from localazure.trial.log_folders import new_log_folder

_DAY_S = 24 * 3600
_MIB = 1024**2


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A base of today, a disk of 40 days ago, and the logs of a trial."""
    cache = Cache(tmp_path / "cache")
    _put(cache, "bases", "bookworm", days=0)
    _put(cache, "disks", "apache", days=40)
    with new_log_folder(cache.root, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) as logs:
        (logs / "cloud.log").write_bytes(b"x" * 4096)
    return cache


def _put(cache: Cache, kind: str, key: str, *, days: int) -> Entry:
    staged = cache.root.parent / f"staged-{key}"
    staged.mkdir()
    (staged / "content").write_bytes(b"x" * _MIB)
    entry = cache.put(kind, key, staged, {})
    used_at = time.time() - days * _DAY_S
    os.utime(entry.path / "lock", (used_at, used_at))
    return entry


def _run(cache: Cache, *arguments: str) -> Result:
    return CliRunner().invoke(cache_command, ["--cache", str(cache.root), *arguments])


def _cleaned(cache: Cache, *arguments: str) -> dict[str, Any]:
    ended = _run(cache, "clean", "--json", *arguments)
    assert ended.exit_code == 0, ended.output
    return dict(json.loads(ended.stdout))


def test_shows_what_is_kept(cache: Cache) -> None:
    """Path, entries and size of each kind, the total and the limit; the same as JSON."""
    text = _run(cache).stdout
    document = json.loads(_run(cache, "--json").stdout)

    assert text.splitlines()[0] == str(cache.root) == document["path"]
    assert [line.split()[:2] for line in text.splitlines()[1:6]] == [
        ["bases", "1"],
        ["layers", "0"],
        ["disks", "1"],
        ["validations", "0"],
        ["logs", "1"],
    ]
    assert document["kinds"]["disks"]["size_bytes"] >= _MIB
    assert document["size_bytes"] == sum(kind["size_bytes"] for kind in document["kinds"].values())
    assert document["limit_bytes"] == cache.limit_bytes()


def test_a_cache_that_is_not_there(tmp_path: Path) -> None:
    """Before the first trial there is nothing, and looking makes nothing."""
    cache = Cache(tmp_path / "none")

    assert json.loads(_run(cache, "--json").stdout)["size_bytes"] == 0
    assert _run(cache, "clean", "--all").exit_code == 0
    assert not cache.root.exists()


def test_cleans_what_was_not_used(cache: Cache) -> None:
    """By default what nobody used for 30 days goes."""
    cleaned = _cleaned(cache)

    assert cleaned["removed"] == [str(cache.root / "disks" / "apache")]
    assert cleaned["freed_bytes"] >= _MIB
    assert [one.kind for one in cache.stored()] == ["bases"]


@pytest.mark.parametrize(("age", "count"), [("41d", 0), ("6w", 0), ("39d", 1), ("0m", 3)])
def test_ages(cache: Cache, age: str, count: int) -> None:
    """Minutes, hours, days and weeks; a dry run names what would go, and removes nothing."""
    cleaned = _cleaned(cache, "--older-than", age, "--dry-run")

    assert len(cleaned["removed"]) == count
    assert len(cache.stored()) == 2


@pytest.mark.parametrize("age", ["7", "d", "-1d", "1.5h", "7 days", "99999999d"])
def test_ages_that_are_none(cache: Cache, age: str) -> None:
    """What is no age is refused, with an example of one."""
    ended = _run(cache, "clean", "--older-than", age)

    assert ended.exit_code == 2
    assert "such as 7d" in ended.stderr
    assert len(cache.stored()) == 2


def test_all_but_what_is_in_use(cache: Cache) -> None:
    """Everything goes but what a trial is using, which is named."""
    base = cache.get("bases", "bookworm")
    assert base is not None
    with cache.using(base), new_log_folder(cache.root) as logs:
        cleaned = _cleaned(cache, "--all")
        text = _run(cache, "clean", "--all").stdout

    assert cleaned["in_use"] == [str(base.path), str(logs)]
    assert f"in use or belongs to another user: {base.path}" in text
    assert [one.kind for one in cache.stored()] == ["bases"]


def test_help_has_examples() -> None:
    """Both commands show how they are used."""
    for arguments in (["--help"], ["clean", "--help"]):
        assert "imagegate cache clean --all" in CliRunner().invoke(cache_command, arguments).stdout
