"""Results and progress as text."""

import io
import json
from dataclasses import replace

import pytest

from fake_wire import HandClock
from imagegate.errors import BuildFailed
from imagegate.report.console import LineProgress, TerminalProgress, progress_for
from imagegate.report.outcome import Outcome, error_document, write_json, write_outcome
from imagegate.report.progress import Silent, Story


class _Terminal(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """It is."""
        return True


OUTCOME = Outcome(
    headline="Built 1.0.1", document={"a": "é"}, rows=[("template", "/t"), ("base", "[1]")], notes=["Note."]
)


def test_json_is_one_object() -> None:
    """The document is one JSON object that ends with a line break, readable by people too."""
    stream = io.StringIO()

    write_json(stream, OUTCOME.document)

    assert json.loads(stream.getvalue()) == {"a": "é"}
    assert stream.getvalue().endswith("}\n")


def test_a_log_gets_plain_lines() -> None:
    """Without a terminal the result is a headline and aligned lines."""
    stream = io.StringIO()

    write_outcome(stream, OUTCOME, color=True)

    assert stream.getvalue() == "Built 1.0.1\n  template  /t\n  base      [1]\nNote.\n"


@pytest.mark.parametrize("color", [True, False])
def test_a_terminal_gets_colours(color: bool) -> None:
    """On a terminal the same has colours, when they are wanted; long ids are not folded, brackets stay brackets."""
    stream = _Terminal()

    write_outcome(stream, replace(OUTCOME, rows=[*OUTCOME.rows, ("id", "x" * 300)]), color=color)

    assert ("\x1b[1;32m" in stream.getvalue()) is color
    assert "[1]" in stream.getvalue()
    assert "x" * 300 in stream.getvalue()


def test_an_error_names_its_command() -> None:
    """The JSON form of an error says which command it ended."""
    assert error_document("build", BuildFailed("no", details={"x": 1})) == {
        "command": "build",
        "error": {"code": "build-failed", "exit_code": 3, "message": "no", "details": {"x": 1}},
    }


def _tell(progress: LineProgress | TerminalProgress) -> None:
    progress.step_began("Building")
    progress.note("Running")
    progress.log_line("\x1b[2Jcleared\r")
    progress.step_ended("Building", passed=True, seconds=1.25)
    progress.step_ended("Probing", passed=False, seconds=2)
    progress.undoing("deleting vm")


def test_progress_in_a_log() -> None:
    """A log gets a line for each thing; the build's own log only when asked for, without control characters."""
    quiet, loud = io.StringIO(), io.StringIO()

    _tell(LineProgress(quiet))
    _tell(LineProgress(loud, show_log=True))

    assert quiet.getvalue().splitlines() == [
        "Building ...",
        "    Running",
        "ok Building (1.2 s)",
        "FAILED Probing (2.0 s)",
        "    (deleting vm)",
    ]
    assert "    |  [2Jcleared" in loud.getvalue()


def test_progress_on_a_terminal() -> None:
    """A terminal gets marks and times, and foreign text cannot move its cursor."""
    stream = _Terminal()

    _tell(TerminalProgress(stream, color=True))

    text = stream.getvalue()
    assert "✓" in text
    assert "✗" in text
    assert "\x1b[2J" not in text


@pytest.mark.parametrize(
    ("stream", "environment", "verbose", "kind"),
    [
        (_Terminal(), {}, False, TerminalProgress),
        (_Terminal(), {"TERM": "dumb"}, False, LineProgress),
        (_Terminal(), {}, True, LineProgress),
        (io.StringIO(), {}, False, LineProgress),
    ],
)
def test_who_listens(stream: io.StringIO, environment: dict[str, str], verbose: bool, kind: type) -> None:
    """The live form is for real terminals without -v, whose debug lines would tear it."""
    assert isinstance(progress_for(stream, environment, color=True, verbose=verbose), kind)


def test_an_old_terminal_gets_ascii() -> None:
    """Marks that the stream's encoding lacks are written as words, and foreign letters do not break a line."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    progress = LineProgress(stream)

    progress.note("naïve …")
    progress.step_ended("x", passed=True, seconds=0)

    assert stream.buffer.getvalue() == b"    na?ve ?\nok x (0.0 s)\n"


def test_a_story_is_timed(clock: HandClock) -> None:
    """Steps are timed by their key, also those that fail; a step that is done twice adds up."""
    story = Story(Silent(), clock)

    for seconds in (2, 3):
        with story.step("run", "Running"):
            clock.sleep(seconds)
    with pytest.raises(ValueError, match="x"), story.step("log", "Fetching"):
        _raise()

    assert (story.timings, story.seconds) == ({"run": 5.0, "log": 0.0}, 5.0)


def _raise() -> None:
    raise ValueError("x")
