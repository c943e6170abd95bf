"""Taking back: each kind of thing goes, a second time does no harm, and nothing of anybody else's goes with it."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import undo
from localazure.engine.errors import EngineError


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stays."""
    started = subprocess.Popen(["sleep", "600"])
    yield started
    started.kill()
    started.wait()


def test_kills_the_process_that_was_meant(child: subprocess.Popen[bytes]) -> None:
    """A process goes by its number and the time it started."""
    undo.undo("process", undo.process_identity(child.pid))

    assert child.wait(10) == -9


def test_a_number_that_was_given_out_again_is_spared(child: subprocess.Popen[bytes]) -> None:
    """A process with that number that started at another time is somebody else's."""
    pid, _, started = undo.process_identity(child.pid).partition(":")

    undo.undo("process", f"{pid}:{int(started) - 1}")

    assert child.poll() is None


def test_a_process_without_a_start_time_is_spared(child: subprocess.Popen[bytes]) -> None:
    """The identity of a process that was gone when it was written down names nobody."""
    undo.undo("process", f"{child.pid}:")

    assert child.poll() is None


def test_ended_process_has_no_identity(child: subprocess.Popen[bytes]) -> None:
    """A process that ended and was not waited for yet is gone: nobody waits for its end a second time."""
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert undo.process_identity(child.pid) == f"{child.pid}:"


def test_names_with_brackets_and_spaces_do_not_confuse(tmp_path: Path) -> None:
    """The identity is right for a program whose own name looks like the fields after it."""
    program = tmp_path / "a) S 1 (b"
    program.symlink_to("/bin/sleep")
    started = subprocess.Popen([program, "600"])
    try:
        undo.undo("process", undo.process_identity(started.pid))
        assert started.wait(10) == -9
    finally:
        started.kill()
        started.wait()


def test_removes_a_tree_and_nothing_a_link_leads_to(tmp_path: Path) -> None:
    """A directory goes with all in it; what its links lead to stays."""
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    for folder in (outside, tree / "deep"):
        folder.mkdir(parents=True)
    (outside / "kept").write_text("")
    (tree / "deep" / "link").symlink_to(outside)

    undo.undo("path", str(tree))

    assert not tree.exists()
    assert (outside / "kept").exists()


@pytest.mark.parametrize("kind", ["file", "link to a directory", "nothing"])
def test_removes_what_is_no_tree(tmp_path: Path, kind: str) -> None:
    """A file or a link goes itself, and what is not there is no error."""
    target, path = tmp_path / "target", tmp_path / "path"
    target.mkdir()
    if kind == "file":
        path.write_text("")
    elif kind == "link to a directory":
        path.symlink_to(target)

    undo.undo("path", str(path))

    assert not path.is_symlink()
    assert not path.exists()
    assert target.is_dir()


def test_removes_empty_groups_only_from_below(tmp_path: Path) -> None:
    """A control group goes with the groups in it, the inner ones first; a group is a directory that rmdir removes."""
    (tmp_path / "group" / "init.scope" / "inner").mkdir(parents=True)

    undo.undo("cgroup", str(tmp_path / "group"))
    undo.undo("cgroup", str(tmp_path / "group"))

    assert not (tmp_path / "group").exists()


def test_table_goes_by_its_name(programs: FakePrograms) -> None:
    """Only the table of that name is removed; that it is gone already is no error."""
    programs.add("nft")
    programs.answer("nft", exit_code=1)

    undo.undo("table", "localazure_7")

    assert [call.line for call in programs.calls()] == ["nft delete table inet localazure_7"]


def test_forward_rules_go_in_both_directions(programs: FakePrograms) -> None:
    """Both rules that let a link's traffic pass are removed from the chain that others own."""
    programs.add("iptables")

    undo.undo("forward-rules", "lcz7")

    assert [call.line for call in programs.calls()] == [
        "iptables -w -D FORWARD -i lcz7 -j ACCEPT",
        "iptables -w -D FORWARD -o lcz7 -j ACCEPT",
    ]


def test_forwarding_goes_back_when_nobody_needs_it(programs: FakePrograms) -> None:
    """The last user of forwarding puts back what was there before."""
    undo.FORWARDING.write_text("1")
    undo.FORWARDING_USERS.write_text("0")

    undo.undo("forwarding", "")

    assert undo.FORWARDING.read_text() == "0"
    assert not undo.FORWARDING_USERS.exists()


def test_forwarding_stays_while_somebody_needs_it(programs: FakePrograms) -> None:
    """As long as another engine's machine is up, its network is not cut."""
    undo.FORWARDING.write_text("1")
    undo.FORWARDING_USERS.write_text("0")

    with undo.FORWARDING_USERS.open("r") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        undo.undo("forwarding", "")

    assert undo.FORWARDING.read_text() == "1"


def test_forwarding_that_nobody_switched_is_not_touched(programs: FakePrograms) -> None:
    """A machine that forwards anyway goes on doing so."""
    undo.FORWARDING.write_text("1")

    undo.undo("forwarding", "")

    assert undo.FORWARDING.read_text() == "1"


def test_what_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that cannot be removed is an error, not a success."""
    monkeypatch.setattr(undo, "_PATIENCE_S", 0.0)

    with pytest.raises(EngineError, match="Still there: /proc/self/fd"):
        undo.undo("path", "/proc/self/fd")


def test_unknown_kind_is_left_alone(programs: FakePrograms) -> None:
    """A kind of a later version's starts nothing here."""
    undo.undo("teleport", "x")

    assert programs.calls() == []
