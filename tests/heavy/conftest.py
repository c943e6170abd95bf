"""What heavy tests share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leftovers import nothing_new


@pytest.fixture
def nothing_left(tmp_path: Path) -> Callable[[], dict[str, set[str]]]:
    """What is there now and was not there before: empty when a story has cleaned up behind itself."""
    return nothing_new(tmp_path)
