"""Lists in environment variables."""

import pytest

from imagegate.settings.words import words


@pytest.mark.parametrize(("text", "found"), [(None, ()), (" , ", ()), ("a, b,a ,c", ("a", "b", "c"))])
def test_words(text: str | None, found: tuple[str, ...]) -> None:
    """Blanks and repetitions do not count."""
    assert words(text) == found
