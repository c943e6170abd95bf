"""The end of a trial for people: what was proved, how long each step took, what this tier cannot prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from localazure.trial.quoted import quoted

_MARK = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "inconclusive": ("?", "yellow"),
    "incomplete": ("⚠️ ", "yellow"),
    None: ("✗", "red"),
}


def print_outcome(document: Mapping[str, Any], console: Console) -> None:
    """The table of steps, the verdict, where the logs are."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("step")
    table.add_column("seconds", justify="right")
    for key, seconds in document["timings_s"].items():
        command, _, step = key.partition(".")
        name = f"  {step}" if step else command
        table.add_row(name.replace("_", " "), f"{seconds:.1f}", style="dim" if step else None)
    console.print()
    console.print(table)
    console.print()
    incomplete = document["teardown"] == "incomplete"
    mark, colour = _MARK.get("incomplete" if incomplete else document["verdict"], _MARK[None])
    verdict = document.get("headline") if incomplete else document["verdict"]
    if document["verdict"] == "passed" and not incomplete and document.get("promotion"):
        verdict = f"passed, {_promotion(str(document['promotion']))}"
    verdict = verdict or f"no verdict: {document['failed_command']} ended with {document['exit_code']}"
    teardown = document["teardown"] or "nothing to tear down"
    console.print(f"[bold {colour}]{mark} {escape(quoted(verdict))}[/]  teardown: {teardown}", soft_wrap=True)
    for line in _lines(document):
        # Never folded: what a fold brings to the beginning of a line could be a command to a runner.
        console.print(f"  {quoted(line)}", markup=False, soft_wrap=True)
    console.print(f"  tier: {document['tier']}; it cannot prove", style="dim")
    for unproved in document["cannot_prove"]:
        console.print(f"    - {unproved}", style="dim", markup=False, soft_wrap=True)
    if document["resources_left"]:
        console.print("  still there:", style="red")
        for left in document["resources_left"]:
            console.print(f"    {quoted(left)}", style="red", markup=False, soft_wrap=True)


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    """What is said below the verdict; much of it quotes the image or a service."""
    if document["reason"]:
        yield str(document["reason"])
    if closing := document.get("closing"):
        yield f"status of the commit: {closing.get('state')}, {closing.get('description')}"
    for status in document.get("statuses") or ():
        yield f"{status['context']}: {status['state']}, {status.get('description', '')}"
    if event := document.get("verdict_event"):
        yield f"verdict event: {event['type']} ({event['id']})"
    for name in ("image_version_id", "customization_log", "serial_log", "cloud_log", "function_log"):
        if document.get(name):
            yield f"{name.replace('_', ' ')}: {document[name]}"


def _promotion(sentence: str) -> str:
    """What became of the version; the gallery is the trial's own."""
    shown = sentence.replace("Promoted", "promoted in the trial's gallery", 1)
    return f"{shown[:1].lower()}{shown[1:]}".rstrip(".")
