"""Progress for people: a live line on a terminal, plain lines elsewhere; always on stderr."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from imagegate.report.progress import Progress
from imagegate.report.workflow_commands import inert

if TYPE_CHECKING:
    from rich.progress import Progress as LiveLine


def progress_for(
    stream: TextIO, environment: Mapping[str, str], *, color: bool, verbose: bool, show_log: bool = False
) -> Progress:
    """The listener that suits the stream: live on a terminal, lines in a log."""
    live = stream.isatty() and environment.get("TERM") != "dumb" and not verbose
    if live:
        return TerminalProgress(stream, color=color and not environment.get("NO_COLOR"))
    return LineProgress(stream, show_log=verbose or show_log)


class LineProgress:
    """A line for each thing, so that a log can be read and searched.

    Log lines of the build are shown only with `show_log`; the whole log is a file that the result names.
    """

    def __init__(self, stream: TextIO | None = None, *, show_log: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._show_log = show_log
        encoding = (getattr(self._stream, "encoding", None) or "ascii").lower()
        self._marks = ("✓", "✗") if "utf" in encoding else ("ok", "FAILED")

    def _write(self, line: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(inert(line).encode(encoding, "replace").decode(encoding) + "\n")
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
        if self._show_log:
            self._write(f"    | {printable(line)}")

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
        self._live: LiveLine | None = None

    def step_began(self, title: str) -> None:
        """The live line shows the title and the time."""
        from rich.progress import Progress as LiveLine
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.table import Column

        self._stop()
        self._live = LiveLine(
            SpinnerColumn("dots"),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[news]}", style="dim", markup=False, table_column=Column(no_wrap=True, ratio=1)),
            console=self._console,
            transient=True,
            expand=True,
        )
        self._live.add_task(title, total=None, news="")
        self._live.start()

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
        if self._live is not None:
            self._live.update(self._live.task_ids[0], news=printable(line).strip())

    def undoing(self, text: str) -> None:
        """Dim and in parentheses."""
        from rich.text import Text

        self._console.print(Text(f"    ({text})", style="dim italic"))

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def printable(line: str) -> str:
    """Foreign text without control characters, which could move the cursor or hide what came before."""
    return "".join(character if character.isprintable() else " " for character in line.rstrip())
