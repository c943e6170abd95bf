"""The verdicts as a table, as JSON and as an exit code."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from acceptance.belief import Finding, Verdict, all_beliefs
from acceptance.report import document_of, exit_code_of, print_findings

_BELIEFS = all_beliefs()[:3]
_FINDINGS = [Finding(belief=one, seen="as seen", verdict=kind) for one, kind in zip(_BELIEFS, Verdict, strict=True)]


def test_the_table_has_a_row_for_each_and_counts() -> None:
    """Id, expectation, what was seen and the verdict; the last line counts them."""
    text = io.StringIO()
    print_findings(_FINDINGS, ["resource group x"], Console(file=text, width=200))

    for one in _FINDINGS:
        assert one.belief.id in text.getvalue()
    assert "1 PASS, 1 FAIL, 1 NOT ASKED; 1 left behind." in text.getvalue()


def test_the_document_says_the_same() -> None:
    """One object with a verdict for each belief, and what is left."""
    document = document_of(_FINDINGS, ["resource group x"], {"location": "westeurope"})

    assert [one["verdict"] for one in document["beliefs"]] == ["PASS", "FAIL", "NOT ASKED"]
    assert document["left"] == ["resource group x"]
    assert document["location"] == "westeurope"


@pytest.mark.parametrize(
    ("findings", "left", "code"),
    [([_FINDINGS[0]], [], 0), ([_FINDINGS[2]], [], 0), ([_FINDINGS[0]], ["x"], 6), (_FINDINGS, ["x"], 1)],
)
def test_the_exit_code_is_that_of_the_worst(findings: list[Finding], left: list[str], code: int) -> None:
    """0 where all holds or was not asked, 6 where something is left, 1 where a belief is false."""
    assert exit_code_of(findings, left) == code
