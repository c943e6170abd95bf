"""Cells: what runs in one, and that the engine can tell when it has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import undo
from localazure.engine.cell import Cell
from localazure.engine.errors import EngineError, ProgramFailed
from localazure.engine.ledger import Ledger


@pytest.fixture
def cell(programs: FakePrograms, ledger: Ledger) -> Iterator[Cell]:
    """A cell with a network of its own."""
    programs.add_cells()
    made = Cell(ledger, network=True)
    yield made
    made.close()


def test_enters_by_its_first_process(cell: Cell) -> None:
    """A command is run in the mounts, processes and network of the cell's first process."""
    target = f"--target={cell.init_pid}"

    assert cell.command(["ip", "link"]) == ["nsenter", target, "--mount", "--pid", "--net", "--", "ip", "link"]
    assert cell.command(["ip"], network=False) == ["nsenter", target, "--mount", "--pid", "--", "ip"]


def test_without_a_network_stays_in_the_machine_s(programs: FakePrograms, ledger: Ledger) -> None:
    """A cell that has no network of its own neither asks for one nor enters one."""
    programs.add_cells()
    cell = Cell(ledger)

    assert "--net" not in cell.command(["ip"])
    cell.close()


def test_paths_lead_through_its_first_process(cell: Cell) -> None:
    """A path of the cell's is short from outside, however deep the engine's own directories lie."""
    assert cell.path(Path("/mnt/monitor")) == Path(f"/proc/{cell.init_pid}/root/mnt/monitor")


def test_closing_ends_its_first_process(cell: Cell, ledger: Ledger) -> None:
    """With the first process the kernel ends all others; it is crossed out; closing again does no harm."""
    identity = undo.process_identity(cell.init_pid)

    cell.close()
    cell.close()

    assert undo.process_identity(cell.init_pid) != identity
    assert f'["gone", "process", "{identity}"]' in ledger.path.read_text()


def test_machine_that_forbids_namespaces_is_told_as_such(programs: FakePrograms, ledger: Ledger) -> None:
    """Where `unshare` ends at once, the message says what it means in a container, and nothing stays."""
    programs.add_cells()
    (programs.folder / "unshare").write_text("#!/bin/sh\nexit 1\n")

    with pytest.raises(EngineError, match="--privileged"):
        Cell(ledger)

    assert "process" not in ledger.path.read_text()


def test_a_cell_that_cannot_be_furnished_is_closed(programs: FakePrograms, ledger: Ledger) -> None:
    """Where the first mount fails, the cell's first process does not stay behind."""
    programs.add_cells()
    programs.answer("mount -t tmpfs", stderr="permission denied\n", exit_code=32)

    with pytest.raises(ProgramFailed, match="permission denied"):
        Cell(ledger)

    lines = ledger.path.read_text().splitlines()
    assert [line.split('"')[1] for line in lines] == ["on", "made", "gone"]
