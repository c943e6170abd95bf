"""The end of a trial for people: what was proved, how long each step took, what this tier cannot prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

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
    console.print(
        f"[bold {colour}]{mark} {escape(verdict)}[/]  teardown: {document['teardown'] or 'nothing to tear down'}"
    )
    if document["reason"]:
        console.print(f"  {document['reason']}", markup=False)
    if closing := document.get("closing"):
        console.print(f"  told the commit: {closing.get('state')}, {closing.get('description')}", markup=False)
    for status in document.get("statuses") or ():
        console.print(f"  {status['context']}: {status['state']}, {status.get('description', '')}", markup=False)
    if event := document.get("verdict_event"):
        console.print(f"  verdict event: {event['type']} ({event['id']})", markup=False)
    for name in ("image_version_id", "customization_log", "serial_log", "cloud_log", "function_log"):
        if document.get(name):
            console.print(f"  {name.replace('_', ' ')}: {document[name]}", markup=False, soft_wrap=True)
    console.print(f"  tier: {document['tier']}; it cannot prove", style="dim")
    for unproved in document["cannot_prove"]:
        console.print(f"    - {unproved}", style="dim", markup=False, soft_wrap=True)
    if document["resources_left"]:
        console.print("  still there:", *document["resources_left"], sep="\n    ", style="red")


def _promotion(sentence: str) -> str:
    """What became of the version; the gallery is the trial's own."""
    shown = sentence.replace("Promoted", "promoted in the trial's gallery", 1)
    return f"{shown[:1].lower()}{shown[1:]}".rstrip(".")
