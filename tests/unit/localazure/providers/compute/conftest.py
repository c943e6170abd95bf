"""A cloud without a wire for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_bench import Bench, make_bench


@pytest.fixture
def bench_with(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Make a cloud with settings of Compute's; it ends with the test."""
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:  # noqa: ANN401 - Compute's settings
        made.append(make_bench(tmp_path, **settings))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(bench_with: Callable[..., Bench]) -> Bench:
    """A cloud with the usual settings."""
    return bench_with()
