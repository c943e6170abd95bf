"""Text that somebody else wrote."""

from hypothesis import given
from hypothesis import strategies as st

from localazure.trial.quoted import quoted


@given(st.text() | st.builds("\n::{}".format, st.text()) | st.builds("  ::{}".format, st.text()))
def test_quoted_text_is_one_line_and_no_command(text: str) -> None:
    """Whatever it was; quoting it again changes nothing."""
    line = quoted(text)

    assert not line.lstrip().startswith("::")
    assert "##[" not in line
    assert "\n" not in line
    assert "\r" not in line
    assert quoted(line) == line
