"""Hosts of a small app, with a clock that tests move."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench_clock import BenchClock
from localazure.assembly import LocalCloud
from localazure.engine_port import EnginePort
from localazure.functions.host import FunctionHost

GREETER = Path(__file__).with_name("greeter")


@pytest.fixture
def greeter() -> Path:
    """The folder of a small function app."""
    return GREETER


@pytest.fixture
def bench_clock() -> BenchClock:
    """The clock of `start_host`."""
    return BenchClock()


@pytest.fixture
def start_host(tmp_path: Path, bench_clock: BenchClock) -> Iterator[Callable[..., FunctionHost]]:
    """Start a host of the small app, with more settings if wanted; all are stopped at the end."""
    with ExitStack() as stack:

        def start(folder: Path = GREETER, **settings: str) -> FunctionHost:
            settings = {"GREETING": "Hello", "TICKS": "0 0 4 * * *", "TICKED": str(tmp_path / "ticked"), **settings}
            environment = {"PATH": os.environ["PATH"], **settings}
            host = FunctionHost(
                folder, environment=environment, settings=settings, clock=bench_clock, log=tmp_path / "host.log"
            )
            return stack.enter_context(host)

        yield start


@pytest.fixture
def cloud_server(tmp_path: Path, recording_engine: EnginePort) -> Iterator[LocalCloud]:
    """A local cloud whose sites run the small app; its waits between deliveries last a hundredth."""
    state = tmp_path / "state"
    with LocalCloud(state=state, engine=recording_engine, function_code=GREETER, event_speed=100) as server:
        yield server
