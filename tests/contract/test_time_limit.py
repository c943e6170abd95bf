"""A test that hangs fails within its limit and shows where every thread stood; the tests after it run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_TESTS = """
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture
def held() -> Iterator[threading.Lock]:
    lock = threading.Lock()
    lock.acquire()
    yield lock
    lock.acquire()


def worker_that_never_ends() -> None:
    threading.Event().wait()


def test_join() -> None:
    worker = threading.Thread(target=worker_that_never_ends, daemon=True)
    worker.start()
    worker.join()


def test_lock(held: threading.Lock) -> None:
    held.acquire()


def test_teardown(held: threading.Lock) -> None:
    pass


def test_after() -> None:
    pass
"""


@pytest.mark.parametrize("processes", ["0", "2"])
def test_hang_fails_with_all_stacks(repository: Path, tmp_path: Path, processes: str) -> None:
    """A join, a lock and a teardown that never end are three faults of one run, with and without several processes."""
    folder = tmp_path / "tests" / "unit"
    folder.mkdir(parents=True)
    shutil.copy(repository / "tests" / "conftest.py", folder.parent)
    (folder / "test_hanging.py").write_text(_TESTS)
    limits = ("--timeout=2", "--override-ini=faulthandler_timeout=1")
    settings = ("-c", str(repository / "pyproject.toml"), "-p", "no:cacheprovider", "-n", processes)

    run = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, *limits, f"--rootdir={tmp_path}", str(folder)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    printed = run.stdout + run.stderr
    assert run.returncode == 1, printed
    assert re.search(r"2 failed, 2 passed, 2 errors", printed)
    timed_out = r"^{} tests/unit/test_hanging\.py::{} - Failed: Timeout \(>2\.0s\)"
    for outcome, name in (("FAILED", "join"), ("FAILED", "lock"), ("ERROR", "lock"), ("ERROR", "teardown")):
        assert re.search(timed_out.format(outcome, f"test_{name}"), printed, re.MULTILINE), (outcome, name)
    for heading in (r"Stack of Thread-1 ", r"^Thread 0x"):  # pytest-timeout's, and faulthandler's before it
        assert re.search(rf"{heading}.*in worker_that_never_ends", printed, re.DOTALL | re.MULTILINE), heading
