"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.model import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("20m", 1200), ("1h30m", 5400), ("1h5s", 3605), ("45", 45), (45, 45)]
)
def test_read(text: str | int, seconds: int) -> None:
    """Hours, minutes and seconds in this order; a bare number is seconds."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "20 minutes", "m", "1m1h", "-5s", "1.5h", "٣s"])
def test_refused(text: str) -> None:
    """Anything else is refused rather than guessed."""
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@given(st.integers(0, 10**7))
def test_there_and_back(seconds: int) -> None:
    """What is written is read back."""
    assert parse_duration(format_duration(seconds)) == seconds
