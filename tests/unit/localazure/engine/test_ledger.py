"""The ledger: what is written down is taken back, by its owner or by whoever finds it dead, and by nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_programs import FakePrograms
from localazure.engine import ledger as ledgers
from localazure.engine import undo
from localazure.engine.errors import EngineError
from localazure.engine.ledger import Ledger


def _left(folder: Path, *lines: tuple[str, str, str], end: str = "") -> Path:
    """The ledger of an owner that is dead."""
    path = folder / "ledgers" / "dead.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + end)
    return path


def _file(path: Path) -> Path:
    path.write_text("left")
    return path


def test_close_takes_everything_back(ledger: Ledger, tmp_path: Path) -> None:
    """What was recorded and not undone goes when the engine closes, and the ledger itself with it."""
    left = _file(tmp_path / "left")
    ledger.record("path", left)

    ledger.close()

    assert not left.exists()
    assert not ledger.path.exists()


def test_close_goes_backwards(programs: FakePrograms, ledger: Ledger) -> None:
    """What was made last may stand on what was made first, so it goes first."""
    programs.add("nft")
    for name in ("one", "two", "three"):
        ledger.record("table", name)

    ledger.close()

    assert [call.argv[-1] for call in programs.calls("nft")] == ["three", "two", "one"]


def test_undone_things_are_not_undone_again(programs: FakePrograms, ledger: Ledger) -> None:
    """A name that was given back may be somebody else's by the time the engine closes."""
    programs.add("nft")
    ledger.record("table", "one")
    ledger.undo("table", "one")

    ledger.close()

    assert len(programs.calls("nft")) == 1


def test_forgotten_things_stay(ledger: Ledger, tmp_path: Path) -> None:
    """What was handed on (a staged directory that became a cache entry) is no longer the engine's to remove."""
    kept = _file(tmp_path / "kept")
    ledger.record("path", kept)
    ledger.forget("path", kept)

    ledger.close()

    assert kept.exists()


def test_closing_twice_is_closing_once(ledger: Ledger) -> None:
    """A second close does nothing and does not fail."""
    ledger.close()
    ledger.close()

    assert not ledger.path.exists()


def test_is_written_before_the_thing_is_made(ledger: Ledger, tmp_path: Path) -> None:
    """A record can be read by others as soon as `record` returns: a kill right after the making finds it."""
    ledger.record("path", tmp_path / "not made yet")

    assert json.loads(ledger.path.read_text().splitlines()[-1]) == ["made", "path", str(tmp_path / "not made yet")]


def test_dead_owner_s_things_are_taken_back(tmp_path: Path) -> None:
    """An engine that starts where another one was killed removes what that one left and its ledger."""
    left = _file(tmp_path / "left")
    path = _left(tmp_path, ("made", "path", str(left)))

    ledgers.sweep(tmp_path)

    assert not left.exists()
    assert not path.exists()


def test_crossed_out_lines_of_a_dead_owner_are_left_alone(tmp_path: Path) -> None:
    """What its owner had taken back or handed on is not touched; what it made again afterwards is."""
    kept, again = _file(tmp_path / "kept"), _file(tmp_path / "again")
    _left(
        tmp_path,
        ("made", "path", str(kept)),
        ("gone", "path", str(kept)),
        *((verb, "path", str(again)) for verb in ("made", "gone", "made")),
    )

    ledgers.sweep(tmp_path)

    assert kept.exists()
    assert not again.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(cut=st.integers(min_value=1))
def test_half_a_line_is_not_believed(tmp_path: Path, cut: int) -> None:
    """An owner that was killed while it wrote had not made the thing yet: a line without its end is nothing."""
    kept, left = _file(tmp_path / "kept"), _file(tmp_path / "left")
    line = json.dumps(["made", "path", str(kept)])
    _left(tmp_path, ("made", "path", str(left)), end=line[: cut % len(line)])

    ledgers.sweep(tmp_path)

    assert kept.exists()
    assert not left.exists()


def test_unknown_kinds_are_left_alone(tmp_path: Path) -> None:
    """A later version's ledger does not stop an earlier version: what it knows is taken back."""
    left = _file(tmp_path / "left")
    _left(tmp_path, ("made", "path", str(left)), ("made", "teleport", "x"))

    ledgers.sweep(tmp_path)

    assert not left.exists()


def test_living_owner_s_things_are_not_touched(ledger: Ledger, tmp_path: Path) -> None:
    """Two engines may use one directory: the second one's start takes nothing from the first."""
    used = _file(tmp_path / "used")
    ledger.record("path", used)

    second = Ledger(tmp_path / "work")

    assert used.exists()
    assert ledger.path.exists()
    second.close()
    assert used.exists()


def test_settling_a_ledger_that_is_gone_is_nothing(tmp_path: Path) -> None:
    """A janitor whose owner ended in good order finds no ledger and ends."""
    ledgers.settle(tmp_path / "gone.jsonl", wait=True)

    assert list(tmp_path.iterdir()) == []


def test_another_machine_s_numbers_are_not_believed(programs: FakePrograms, tmp_path: Path) -> None:
    """After a reboot, or on another machine that shares the directory, only files are taken back: names mean others."""
    programs.add("nft")
    left = _file(tmp_path / "left")
    path = _left(tmp_path, ("on", "machine", "another boot"), ("made", "table", "x"), ("made", "path", str(left)))

    ledgers.sweep(tmp_path)

    assert programs.calls("nft") == []
    assert not left.exists()
    assert not path.exists()


def test_this_machine_s_numbers_are_believed(programs: FakePrograms, tmp_path: Path) -> None:
    """What was written down since this boot, here, is taken back whatever it is."""
    programs.add("nft")
    _left(tmp_path, ("on", "machine", undo.machine_identity()), ("made", "table", "x"))

    ledgers.sweep(tmp_path)

    assert len(programs.calls("nft delete table inet x")) == 1


def test_what_resists_is_kept_for_the_next_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be taken back does not stop the rest, and is not forgotten."""
    monkeypatch.setattr(undo, "_PATIENCE_S", 0.0)
    left = _file(tmp_path / "left")
    path = _left(tmp_path, ("made", "path", str(left)), ("made", "path", "/proc/self/fd"))

    ledgers.sweep(tmp_path)

    assert not left.exists()
    assert path.exists()


def test_nothing_is_made_after_the_close(ledger: Ledger) -> None:
    """A machine that is being made while the engine closes is told so, before it makes anything more."""
    ledger.close()

    with pytest.raises(EngineError, match="closed"):
        ledger.record("table", "late")


def test_what_is_gone_already_does_not_stop_the_rest(programs: FakePrograms, tmp_path: Path) -> None:
    """A table that is gone already, with its namespace, is no reason to leave the rest."""
    programs.add("nft")
    programs.answer("nft", stderr="No such file or directory\n", exit_code=1)
    left = _file(tmp_path / "left")
    _left(tmp_path, ("made", "path", str(left)), ("made", "table", "gone"))

    ledgers.sweep(tmp_path)

    assert not left.exists()
