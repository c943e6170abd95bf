"""A cloud without a wire."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_bench import Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A cloud whose clock stands until it is moved."""
    found = make_bench(tmp_path)
    yield found
    found.close()
