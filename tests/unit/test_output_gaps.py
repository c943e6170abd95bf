"""The reader of silences that tests of progress stand on."""

from __future__ import annotations

import pytest

from output_gaps import Recording, record

_CHUNKS = ((1.0, b"first\n"), (1.5, b"second\r\x1b[Kthird"), (9.0, b"\nfourth\n"))


def test_longest_silence_first() -> None:
    """Each silence comes with its length, its beginning and the lines around it; start and end count."""
    recording = Recording(exit_code=0, seconds=9.25, chunks=_CHUNKS)

    gaps = recording.gaps(2)

    assert [(gap.seconds, gap.began_s) for gap in gaps] == [(7.5, 1.5), (1.0, 0.0)]
    assert [(gap.before, gap.after) for gap in gaps] == [("third", "fourth"), ("(start)", "first")]
    assert recording.gaps()[-1].after == "(end)"
    assert "7.5 s of silence at 1.5 s" in recording.report(1)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_command_is_recorded(terminal: bool) -> None:
    """Both outputs come with their times, to a terminal as to a file, and the exit code."""
    script = "echo one; sleep 0.6; echo two >&2; [ -t 1 ] && exit 4; exit 5"

    recording = record(["/bin/sh", "-c", script], terminal=terminal)

    assert recording.exit_code == (4 if terminal else 5)
    assert recording.text.split() == ["one", "two"]
    longest = recording.gaps(1)[0]
    assert (longest.before, longest.after) == ("one", "two")
    assert longest.seconds > 0.3, "less than the pause, since a busy machine may look late"
