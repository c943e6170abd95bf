"""What a command ends with: one JSON object, a table for people, an exit code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from imagegate.errors import ImageGateError, TeardownIncomplete
from imagegate.report.workflow_commands import inert


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of a command. `document` is the JSON form; `rows` are name and value for a person, under `headline`.

    `warnings` are what a person should know although it went well.
    """

    headline: str
    document: Mapping[str, object]
    rows: Sequence[tuple[str, str]] = ()
    exit_code: int = 0
    notes: Sequence[str] = field(default=())
    warnings: Sequence[str] = field(default=())


_LOOKS = {0: ("✓ ", "bold green"), TeardownIncomplete.exit_code: ("⚠️  ", "bold yellow")}
"""Mark and style by exit code; any other is a failure."""


def write_json(stream: TextIO, document: Mapping[str, object]) -> None:
    """One object, indented, ending with a line break."""
    stream.write(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")
    stream.flush()


def error_document(command: str, error: ImageGateError) -> dict[str, object]:
    """The JSON form of a command that ended with an error."""
    return {"command": command, "error": error.to_json()}


def write_outcome(stream: TextIO, outcome: Outcome, *, color: bool) -> None:
    """Headline, then a line a row; coloured on a terminal. Lines are not folded, so that ids can be copied."""
    width = max((len(name) for name, _ in outcome.rows), default=0)
    rows = [(f"  {name:<{width}}  ", value) for name, value in outcome.rows]
    if stream.isatty():
        _write_styled(stream, outcome, rows, color=color)
        return
    lines = [outcome.headline, *(f"{name}{value}" for name, value in rows), *outcome.warnings, *outcome.notes]
    stream.write(inert("\n".join(lines)) + "\n")
    stream.flush()


def _write_styled(stream: TextIO, outcome: Outcome, rows: Sequence[tuple[str, str]], *, color: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, no_color=not color, highlight=False, emoji=False, markup=False, soft_wrap=True)
    mark, style = _LOOKS.get(outcome.exit_code, ("✗ ", "bold red"))
    console.print(Text(f"{mark}{outcome.headline}", style=style))
    for name, value in rows:
        console.print(Text(name, style="dim") + Text(value))
    for warning in outcome.warnings:
        console.print(Text(warning, style="yellow"))
    for note in outcome.notes:
        console.print(Text(note))
