"""The table of docs/function.md: what a commit shows and what `latest` is, row by row."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate_bench import STAMP, version_body
from gate_world import GateWorld
from imagegate.flows.promote_by_person import promote_by_person
from imagegate.flows.quarantine_by_person import quarantine_by_person
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "function.md"
_MERGE = "e" * 40


def _main(gate: GateWorld) -> str:
    gate.sign()
    return gate.report()


def _pull_request(gate: GateWorld) -> str:
    gate.stamp(ref="refs/pull/7/head")
    gate.parents(_MERGE, "a" * 40, gate.bench.statement.stamp.commit)
    gate.sign(event_name="pull_request", ref="refs/pull/7/merge", sha=_MERGE)
    return gate.report()


def _other_ref(gate: GateWorld) -> str:
    gate.stamp(ref="refs/heads/topic")
    gate.sign(ref="refs/heads/topic")
    return gate.report()


def _dirty(gate: GateWorld) -> str:
    gate.stamp(dirty=True)
    gate.sign()
    return gate.report()


def _merge_group(gate: GateWorld) -> str:
    gate.stamp(ref="refs/heads/gh-readonly-queue/main/pr-7")
    gate.sign(event_name="merge_group", ref="refs/heads/gh-readonly-queue/main/pr-7")
    return gate.report()


def _failed(gate: GateWorld) -> str:
    gate.sign()
    return gate.report(cause=Cause.IMAGE)


def _unsigned(gate: GateWorld) -> str:
    return gate.report()


def _failed_unsigned(gate: GateWorld) -> str:
    return gate.report(cause=Cause.IMAGE)


def _other_workflow(gate: GateWorld) -> str:
    gate.sign(job_workflow_ref="acme/images/.github/workflows/other.yml@refs/heads/main")
    return gate.report()


def _late_proof(gate: GateWorld) -> str:
    assert gate.report() == "error"
    gate.sign()
    return gate.promote_late()


def _changed_tag(gate: GateWorld) -> str:
    gate.sign()
    gate.stamp(content_hash="another")
    return gate.report()


def _made_again(gate: GateWorld) -> str:
    gate.sign()
    gate.make_again()
    return gate.report()


def _older(gate: GateWorld) -> str:
    gate.promoted_before(run_number=8)
    gate.sign()
    return gate.report()


def _higher(gate: GateWorld) -> str:
    gate.bench.others = [version_body(STAMP, number="1.3.0", hidden=False)]
    gate.sign()
    return gate.report()


def _withdrawn(gate: GateWorld) -> str:
    gate.withdraw()
    gate.sign()
    return gate.report()


def _promoted_by_a_person(gate: GateWorld) -> str:
    gate.decide_as_person(promote_by_person)
    return "unchanged"


def _quarantined_by_a_person(gate: GateWorld) -> str:
    gate.decide_as_person(promote_by_person)
    gate.decide_as_person(quarantine_by_person)
    return "unchanged"


def _left(gate: GateWorld) -> str:
    gate.sign()
    return gate.report(teardown=TeardownResult.INCOMPLETE)


_Scene = Callable[[GateWorld], str]
_SAID: dict[_Scene, tuple[str, ...]] = {
    _older: ("older than latest",),
    _higher: ("Promoted, but latest resolves to 1.3.0",),
    _withdrawn: ("withdrawn by ada", "CVE"),
}
"""What the commit's status says."""

_SITUATIONS: dict[str, tuple[_Scene, ...]] = {
    "passed; a listed workflow": (_main,),
    "passed; built by a pull request": (_pull_request, _merge_group),
    "passed; built from another ref": (_other_ref, _dirty),
    "failed; its origin is proved": (_failed,),
    "passed; the template or a time was not": (_unsigned,),
    "passed or failed; no proof": (_unsigned, _failed_unsigned, _other_workflow),
    "passed; the proof comes later": (_late_proof,),
    "a tag that the statement names was changed": (_changed_tag, _made_again),
    "a run with a lower number": (_older,),
    "passed and proved, and a version with a higher number": (_higher,),
    "passed and proved, and a person withdrew it": (_withdrawn,),
    "a person promotes it": (_promoted_by_a_person,),
    "a person quarantines it": (_quarantined_by_a_person,),
    "teardown incomplete": (_left,),
}
"""By the beginning of the row: each scene leads into the situation and returns the state that the commit shows."""


def _rows() -> list[tuple[str, str, str]]:
    section = _PAGE.read_text().split("## Proof of origin", 1)[1].split("\n## ", 1)[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.+\|$", section, re.MULTILINE)
    ]
    return [(situation, shows, latest) for situation, shows, latest in cells[2:]]


def test_every_row_has_a_situation() -> None:
    """The table and this list name the same situations, in the same order."""
    assert [next((one for one in _SITUATIONS if row.startswith(one)), row) for row, *_ in _rows()] == list(_SITUATIONS)


def _cases() -> list[Any]:
    rows = {name: row for name in _SITUATIONS for row in _rows() if row[0].startswith(name)}
    return [
        pytest.param(scene, *rows[name][1:], id=scene.__name__.strip("_"))
        for name, scenes in _SITUATIONS.items()
        for scene in scenes
    ]


@pytest.mark.parametrize(("scene", "shows", "latest"), _cases())
def test_situation(gate: GateWorld, scene: _Scene, shows: str, latest: str) -> None:
    """The commit shows, and latest is, what the row says."""
    state = scene(gate)

    words = ("success", "failure", "unchanged")
    assert state == next((word for word in words if word in shows), "error")
    assert gate.resolves == latest.startswith("this version")
    assert all(words in gate.description for words in _SAID.get(scene, ()))
