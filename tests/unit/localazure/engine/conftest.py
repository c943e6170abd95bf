"""An engine's pieces on a machine whose programs are fakes: nothing is mounted, no network is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_build_machines import FakeBuildMachines
from fake_programs import FakePrograms
from localazure.engine import process, undo
from localazure.engine.container import Container, Root
from localazure.engine.engine import Engine
from localazure.engine.ledger import Ledger
from step_bench import StepBench


@pytest.fixture
def programs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> FakePrograms:
    """The only programs that the engine finds; switches of the kernel's are files of the test's."""
    root = tmp_path_factory.mktemp("programs")
    made = FakePrograms(root)
    forwarding = root / "ip_forward"
    forwarding.write_text("1\n")
    monkeypatch.setattr(process, "_PATH", str(made.folder))
    monkeypatch.setattr(undo, "FORWARDING", forwarding)
    monkeypatch.setattr(undo, "FORWARDING_USERS", root / "forwarding-users")
    return made


@pytest.fixture
def ledger(programs: FakePrograms, tmp_path: Path) -> Iterator[Ledger]:
    """An open ledger, with its janitor."""
    made = Ledger(tmp_path / "work")
    yield made
    made.close()


@pytest.fixture
def container(programs: FakePrograms, ledger: Ledger, tmp_path: Path) -> Iterator[Container]:
    """A build machine that says it is up."""
    if os.geteuid() != 0:
        pytest.skip("files of a build machine are given to other user ids, which only root may")
    programs.add_cells()
    programs.answer("is-system-running", stdout="running\n")
    root = Root(lower=(tmp_path / "base",), upper=tmp_path / "upper", work=tmp_path / "scratch")
    made = Container(ledger, root, log=tmp_path / "console.log")
    yield made
    made.close()


@pytest.fixture
def bench(programs: FakePrograms, container: Container) -> StepBench:
    """Runs steps on that machine."""
    return StepBench(programs, container)


@pytest.fixture
def machines(programs: FakePrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuildMachines:
    """Everything that an engine starts, pretended."""
    if os.geteuid() != 0:
        pytest.skip("files of a build machine are given to other user ids, which only root may")
    return FakeBuildMachines(programs, tmp_path, monkeypatch)


@pytest.fixture
def engine_cache(tmp_path: Path) -> Path:
    """Where the engine keeps results."""
    return tmp_path / "cache"


@pytest.fixture
def engine(machines: FakeBuildMachines, engine_cache: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on those programs."""
    made = Engine(cache_dir=engine_cache, work_dir=tmp_path / "engine")
    yield made
    made.close()
