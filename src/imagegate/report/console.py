"""Progress for people: a live line on a terminal, plain lines elsewhere; always on stderr."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from imagegate.report.progress import Progress

if TYPE_CHECKING:
    from rich.status import Status


def progress_for(stream: TextIO, environment: Mapping[str, str], *, color: bool, verbose: bool) -> Progress:
    """The listener that suits the stream: live on a terminal, lines in a log."""
    live = stream.isatty() and environment.get("TERM") != "dumb" and not verbose
    if live:
        return TerminalProgress(stream, color=color and not environment.get("NO_COLOR"))
    return LineProgress(stream, verbose=verbose)


class LineProgress:
    """A line for each thing, so that a log can be read and searched.

    Log lines of the build are shown only with `verbose`; the whole log is a file that the result names.
    """

    def __init__(self, stream: TextIO | None = None, *, verbose: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._verbose = verbose
        encoding = (getattr(self._stream, "encoding", None) or "ascii").lower()
        self._marks = ("✓", "✗") if "utf" in encoding else ("ok", "FAILED")

    def _write(self, line: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()

    def step_began(self, title: str) -> None:
        """The title, before the wait."""
        self._write(f"{title} ...")

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """A mark, the title and the seconds."""
        self._write(f"{self._marks[0 if passed else 1]} {title} ({seconds:.1f} s)")

    def note(self, text: str) -> None:
        """Indented."""
        self._write(f"    {text}")

    def log_line(self, line: str) -> None:
        """Marked as foreign; only when asked for."""
        if self._verbose:
            self._write(f"    | {_printable(line)}")

    def undoing(self, text: str) -> None:
        """In parentheses."""
        self._write(f"    ({text})")


class TerminalProgress:
    """One live line for the step that goes on, with its last news; finished steps stay above it."""

    def __init__(self, stream: TextIO, *, color: bool) -> None:
        from rich.console import Console

        self._console = Console(
            file=stream, no_color=not color, highlight=False, soft_wrap=True, emoji=False, markup=False
        )
        self._status: Status | None = None
        self._title = ""

    def step_began(self, title: str) -> None:
        """The live line shows the title."""
        from rich.text import Text

        self._stop()
        self._title = title
        self._status = self._console.status(Text(title), spinner="dots")
        self._status.start()

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """The title stays, with a mark and the seconds."""
        from rich.text import Text

        self._stop()
        mark = Text("✓ ", style="green") if passed else Text("✗ ", style="bold red")
        self._console.print(mark + Text(title) + Text(f"  {seconds:.1f} s", style="dim"))

    def note(self, text: str) -> None:
        """Dim, below the step."""
        from rich.text import Text

        self._console.print(Text(f"    {text}", style="dim"))

    def log_line(self, line: str) -> None:
        """Folded: only the newest line is seen, beside the title."""
        from rich.text import Text

        if self._status is not None:
            room = max(20, self._console.width - len(self._title) - 8)
            self._status.update(Text(f"{self._title}  ") + Text(_printable(line)[:room], style="dim"))

    def undoing(self, text: str) -> None:
        """Dim and in parentheses."""
        from rich.text import Text

        self._console.print(Text(f"    ({text})", style="dim italic"))

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _printable(line: str) -> str:
    """Foreign text without control characters, which could move the cursor or hide what came before."""
    return "".join(character if character.isprintable() else " " for character in line.rstrip())
