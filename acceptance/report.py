"""The verdicts, for a person and for a machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from acceptance.belief import Finding, Verdict

_COLOURS = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.NOT_ASKED: "yellow"}


def print_findings(findings: Sequence[Finding], left: Sequence[str], console: Console) -> None:
    """A row for each belief, then one line that counts."""
    table = Table("id", "believed", "expected", "seen", "", show_lines=True)
    for one in findings:
        verdict = f"[{_COLOURS[one.verdict]}]{one.verdict}[/]"
        table.add_row(one.belief.id, one.belief.sentence, one.belief.expected, one.seen, verdict)
    console.print(table)
    counted = ", ".join(f"{sum(one.verdict is kind for one in findings)} {kind}" for kind in Verdict)
    console.print(f"{counted}; {len(left)} left behind.")


def document_of(findings: Sequence[Finding], left: Sequence[str], facts: dict[str, Any]) -> dict[str, Any]:
    """The same as one object."""
    return {
        "schema": "imagegate.acceptance.v1",
        **facts,
        "left": list(left),
        "beliefs": [
            {
                "id": one.belief.id,
                "step": one.belief.step,
                "believed": one.belief.sentence,
                "source": one.belief.source,
                "expected": one.belief.expected,
                "seen": one.seen,
                "verdict": one.verdict.value,
            }
            for one in findings
        ],
    }


def exit_code_of(findings: Sequence[Finding], left: Sequence[str]) -> int:
    """1 where a belief is false, 6 where something is left, else 0."""
    if any(one.verdict is Verdict.FAIL for one in findings):
        return 1
    return 6 if left else 0
