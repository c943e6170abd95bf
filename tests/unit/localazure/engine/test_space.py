"""Room on the disk: a build is stopped before it takes the last of it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from localazure.engine.space import SpaceWatch


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Blocks of 4 KiB that are free on every file system."""
    blocks = [2**30]
    real = os.statvfs

    def told(path: Path) -> os.statvfs_result:
        found = list(real(path))
        found[1], found[4] = 4096, blocks[0]
        return os.statvfs_result(found)

    monkeypatch.setattr("localazure.engine.space.os.statvfs", told)
    return blocks


def test_room_enough_stops_nothing(free: list[int], tmp_path: Path) -> None:
    """With room to spare and nobody who cancels, the build goes on."""
    with SpaceWatch(tmp_path / "cache", threading.Event()) as watch:
        assert not watch.halt.wait(0.5)

    assert not watch.is_short


def test_a_disk_that_fills_stops_the_build(free: list[int], tmp_path: Path) -> None:
    """When less than 1 GiB is left the build is halted, and the reason names the place."""
    with SpaceWatch(tmp_path, threading.Event()) as watch:
        free[0] = 1000

        assert watch.halt.wait(20)

    assert watch.is_short
    assert f"less than 1 GiB is free on the disk that it works on:\n  {tmp_path}\n" in watch.why


def test_a_full_disk_stops_the_build_at_once(free: list[int], tmp_path: Path) -> None:
    """A build that finds no room does not begin."""
    free[0] = 1000

    with SpaceWatch(tmp_path, threading.Event()) as watch:
        assert watch.halt.is_set()


def test_a_cancellation_is_passed_on(free: list[int], tmp_path: Path) -> None:
    """Who cancels is heard, and it is not taken for a lack of room."""
    cancelled = threading.Event()
    with SpaceWatch(tmp_path, cancelled) as watch:
        cancelled.set()

        assert watch.halt.wait(20)

    assert not watch.is_short
