"""The clock that tests move by hand does not race with the threads that wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bench_clock
from bench_clock import BenchClock
from cloud_bench import Bench, make_bench
from localazure.arm.messages import ArmRequest


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A cloud whose clock stands until it is moved."""
    found = make_bench(tmp_path)
    yield found
    found.close()


def _start(bench: Bench, work: Callable[[], None]) -> None:
    """Have the cloud do some work in the background."""
    request = ArmRequest(method="POST", path="/", api_version="1", principal=bench.cloud.platform)
    bench.cloud.long_running.accept(request, work, status=202)


def test_clock_waits_for_a_worker_that_is_late(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that comes to the clock only when it is about to be moved sleeps for the whole time, and wakes."""
    moving, slept, let_pass = threading.Event(), list[float](), BenchClock.let_pass

    def announced(clock: BenchClock, **amount: float) -> None:
        moving.set()
        let_pass(clock, **amount)

    def work() -> None:
        moving.wait()
        began = bench.clock.now()
        bench.clock.sleep(600)
        slept.append((bench.clock.now() - began).total_seconds())

    monkeypatch.setattr(BenchClock, "let_pass", announced)
    _start(bench, work)
    bench.clock.let_pass(seconds=600)

    assert slept == [600]


def test_what_was_due_is_done_when_the_clock_has_moved(bench: Bench) -> None:
    """A worker that wakes has done its work, and sleeps again or has ended, when `let_pass` returns."""
    done = list[int]()

    def work() -> None:
        for number in range(3):
            bench.clock.sleep(60)
            done.append(number)

    _start(bench, work)
    for count in range(1, 4):
        bench.clock.let_pass(seconds=60)
        assert len(done) == count


def test_worker_that_never_sleeps_is_shown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock does not wait for ever for a worker that is busy: it fails, with that worker's stack."""
    monkeypatch.setattr(bench_clock, "PATIENCE_S", 0.1)
    over = threading.Event()

    def work() -> None:
        over.wait()

    _start(bench, work)
    try:
        with pytest.raises(AssertionError, match=r"(?s)not every worker sleeps on the clock:.* in work\n +over\.wait"):
            bench.clock.let_pass(seconds=1)
    finally:
        over.set()
