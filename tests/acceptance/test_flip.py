"""`--flip ID`: the answer itself is another one, for the run and for the product's commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance import run
from acceptance.belief import Verdict
from acceptance.exchange import Exchange
from acceptance.product import FILE, FLIP, LABEL, recorder_of
from acceptance.run import STEPS
from acceptance_world import acceptance_world

_RUN = Exchange(label="build/product", method="POST", path="/imageTemplates/web/run", status=202)


@pytest.mark.slow
@pytest.mark.parametrize("flipped", ["C1", "C2", "L7"])
def test_a_flipped_run_finds_one_belief_false(flipped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked live with its answer changed on the wire, exactly that belief is false."""
    monkeypatch.setattr(run, "STEPS", STEPS[:1])
    with acceptance_world(tmp_path, flip=flipped) as world:
        findings = run.run(world).findings

    assert [one.belief.id for one in findings if one.verdict is Verdict.FAIL] == [flipped]
    assert {"A2", "C1", "C2", "L7", "Z1"} - {flipped} == {
        one.belief.id for one in findings if one.verdict is Verdict.PASS
    }


@pytest.mark.parametrize(("flipped", "status"), [("V9e", 200), ("", 202)])
def test_a_command_of_the_product_gets_the_changed_answer(flipped: str, status: int, tmp_path: Path) -> None:
    """The child's recorder knows the flip from its environment."""
    file = tmp_path / "exchanges.jsonl"
    recorder = recorder_of({FILE: str(file), LABEL: "build/product", FLIP: flipped})

    assert recorder.add(_RUN).status == status
