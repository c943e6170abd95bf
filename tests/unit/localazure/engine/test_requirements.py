"""What this machine lacks is said all at once, with what it is for and how to get it."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import requirements
from localazure.engine.requirements import REQUIREMENTS

# Programs that any Debian has without being asked (their packages are `Essential`), and what may be absent.
_GIVEN = {"cat", "mkdir", "touch", "sh"}
_OPTIONAL = {"apt-config"}


@pytest.fixture
def complete(programs: FakePrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePrograms:
    """A machine that has everything."""
    programs.add(*{one.program for one in REQUIREMENTS} - {path.name for path in programs.folder.iterdir()})
    present = tmp_path / "present"
    present.touch()
    monkeypatch.setattr(requirements, "_FILES", ((present, "debian-archive-keyring", "proves"),))
    monkeypatch.setattr(requirements, "_TUN", present)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return programs


def test_complete_machine_lacks_nothing(complete: FakePrograms) -> None:
    """With every program, file, right and device there, the engine is ready; nothing was started to find that out."""
    assert requirements.missing() == ()
    assert complete.calls() == []


@pytest.mark.parametrize("one", REQUIREMENTS, ids=lambda one: str(one.program))
def test_each_program_is_missed(complete: FakePrograms, one: requirements.Requirement) -> None:
    """A program that is not there is named, with what it does and the package that has it."""
    (complete.folder / one.program).unlink()

    [lacking] = requirements.missing()
    assert lacking.what == one.program
    assert one.why in lacking.why
    assert lacking.install_hint.endswith(f"apt-get install {one.package}")


def test_all_is_said_at_once(complete: FakePrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody installs one package to hear of the next: programs, files, rights and devices come in one answer."""
    for name in ("nft", "mmdebstrap"):
        (complete.folder / name).unlink()
    monkeypatch.setattr(requirements, "_FILES", ((tmp_path / "keyring", "debian-archive-keyring", "proves"),))
    monkeypatch.setattr(requirements, "_TUN", tmp_path / "tun")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    lacking = {one.what for one in requirements.missing()}

    assert lacking == {"nft", "mmdebstrap", str(tmp_path / "keyring"), "root", str(tmp_path / "tun")}


def test_every_program_of_the_engine_is_listed(repository: Path) -> None:
    """What the engine starts by name on this machine is in the list, so that it is never found missing in a build."""
    trees = [ast.parse(path.read_text()) for path in (repository / "src/localazure/engine").rglob("*.py")]
    started = {name for tree in trees for node in ast.walk(tree) if (name := _started(node))}

    assert {"ip", "nft", "mount"} <= started, "the search finds what is known to be there"
    assert started - {one.program for one in REQUIREMENTS} - _GIVEN - _OPTIONAL == set()


def _started(node: ast.AST) -> str:
    """The program of a call like `process.run(["program", …])`, or of one that wraps the words for another place."""
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.List):
        return ""
    if not ast.unparse(node.func).endswith(("process.run", "process.start", "command", "self._run")):
        return ""
    first = node.args[0].elts[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
