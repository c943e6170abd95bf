"""What a trial shows while it goes on."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from localazure.trial import screen as screen_module
from localazure.trial.screen import Screen


class _Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hands() -> _Hands:
    """The time."""
    return _Hands()


@pytest.fixture
def written() -> io.StringIO:
    """Where lines go."""
    return io.StringIO()


@pytest.fixture
def screen(hands: _Hands, written: io.StringIO) -> Screen:
    """A screen in a file, whose cloud has written 12 MB."""
    return Screen(Console(file=written, width=40, highlight=False), lambda: "12 MB written", now=hands)


def test_silence_is_broken(screen: Screen, hands: _Hands, written: io.StringIO) -> None:
    """After five seconds without a line, one names the stage, its seconds and what grew; not before."""
    screen.begin("imagegate build")
    hands.at = 4.9
    screen.beat()
    assert written.getvalue() == ""

    hands.at = 5.0
    screen.beat()
    hands.at = 9.9
    screen.beat()

    assert written.getvalue() == "    imagegate build: 5 s, 12 MB written\n"


@pytest.mark.parametrize(
    "line", ["Building in apache ...", "  10:00:01  … Building in apache", "  10:00:01  ▶ Building in apache"]
)
def test_lines_begin_stages(screen: Screen, hands: _Hands, written: io.StringIO, line: str) -> None:
    """A step that a command or the Function begins is what progress is about from then on."""
    hands.at = 60.0
    screen.say(line)
    hands.at = 65.0
    screen.beat()

    assert written.getvalue().splitlines() == [line, "    Building in apache: 5 s, 12 MB written"]


def test_lines_of_the_product_are_shown_as_they_are(screen: Screen, written: io.StringIO) -> None:
    """A line is neither folded nor read as markup: in a job the product speaks to the runner."""
    line = "::error file=a.sh,line=3,title=:x: [bold]no[/bold]::" + "x" * 60
    screen.pass_on(line)

    assert written.getvalue() == f"{line}\n"


def test_what_the_trial_quotes_is_no_command(screen: Screen, written: io.StringIO) -> None:
    """A status or a timeline that begins as a command to a runner is a text, on one line."""
    screen.say("::error::forged\n::add-mask::the")

    assert not [line for line in written.getvalue().splitlines() if line.lstrip().startswith("::")]


def test_terminal_has_a_live_line(hands: _Hands) -> None:
    """On a terminal the stage stands in a live line, which is gone at the end; other lines stay."""
    written = io.StringIO()
    screen = Screen(Console(file=written, force_terminal=True, width=60), lambda: "12 MB written", now=hands)
    with screen:
        screen.begin("imagegate build")
        screen.beat()
        screen.say("✓ Reading the template")

    text = written.getvalue()
    assert "imagegate build: 0 s, 12 MB written" in text
    assert "✓ Reading the template" in text
    assert text.endswith("\x1b[?25h\r\x1b[1A\x1b[2K") or "\x1b[?25h" in text


def test_beats_by_itself(hands: _Hands, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is entered it looks about every second, and no more once it is left."""
    monkeypatch.setattr(screen_module, "_LOOK_EVERY_S", 0.001)
    looked = threading.Event()

    def work() -> str:
        looked.set()
        return ""

    with Screen(Console(file=written), work, now=hands):
        assert looked.wait(30)
    looked.clear()
    assert not looked.is_set()
