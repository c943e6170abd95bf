"""Numbers and nouns."""

import pytest

from imagegate.model.counted import counted


@pytest.mark.parametrize(("count", "text"), [(0, "0 resources"), (1, "1 resource"), (2, "2 resources")])
def test_number(count: int, text: str) -> None:
    """One is singular, all else plural."""
    assert counted(count, "resource") == text
