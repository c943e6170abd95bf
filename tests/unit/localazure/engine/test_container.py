"""Build machines: how programs are run in one, how its files lie, and how its boot is heard of."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from fake_programs import FakePrograms
from localazure.engine import container as containers
from localazure.engine.container import Container, Root
from localazure.engine.errors import EngineError, ProgramCancelled, ProgramFailed
from localazure.engine.ledger import Ledger
from localazure.engine.shifted import SHIFT


def test_root_is_an_overlay_with_the_latest_on_top(
    programs: FakePrograms, container: Container, ledger: Ledger, tmp_path: Path
) -> None:
    """Layers lie over the base in their order; changes go to a directory that is root's in the container only."""
    lower = (tmp_path / "second", tmp_path / "first", tmp_path / "base")
    root = Root(lower=lower, upper=tmp_path / "changes", work=tmp_path / "scratch")

    other = Container(ledger, root, log=tmp_path / "log")

    mounted = programs.calls("mount -t overlay")[-1].line
    assert "lowerdir=second:first:base,upperdir=changes,workdir=scratch," in mounted
    assert f" {tmp_path} mount " in mounted
    assert (tmp_path / "changes").stat().st_uid == SHIFT
    other.close()


def test_failed_mount_leaves_no_cell(
    programs: FakePrograms, container: Container, ledger: Ledger, tmp_path: Path
) -> None:
    """Where the overlay cannot be mounted, the cell that was to hold it is closed again."""
    programs.answer("mount -t overlay", stderr="wrong fs type\n", exit_code=32)
    root = Root(lower=(tmp_path,), upper=tmp_path / "changes", work=tmp_path / "scratch")

    with pytest.raises(ProgramFailed, match="wrong fs type"):
        Container(ledger, root, log=tmp_path / "log")

    assert ledger.path.read_text().splitlines()[-1].startswith('["gone", "process"')


def test_runs_as_units_with_a_clean_environment(programs: FakePrograms, container: Container) -> None:
    """A program in the machine is a unit of its system manager, of the user asked for, with none of our environment."""
    container.run(["id"], user="packer", settings={"KillMode": "process"})

    [call] = programs.inside(["id"])
    assert {"--uid=packer", "--property=KillMode=process", "--wait", "--collect"} <= set(call.argv)
    assert call.argv[call.argv.index("env") + 1] == "-i"
    assert next(word for word in call.argv if word.startswith("--unit=")).startswith(f"--unit={containers.STEP_UNIT}")


def test_two_runs_are_two_units(programs: FakePrograms, container: Container) -> None:
    """Programs that run at the same time do not get in each other's way by name."""
    container.run(["one"])
    container.run(["two"])

    names = [word for call in programs.inside() for word in call.argv if word.startswith("--unit=")]
    assert len(set(names)) == 2


def test_paths_are_no_shell_words(programs: FakePrograms, container: Container) -> None:
    """A path with spaces, quotes and dollars is written as it is: it is an argument, not a part of the script."""
    path = "/home/packer/a $(reboot) 'b'"

    container.write(path, b"content")

    [call] = programs.inside(["/bin/sh"])
    assert call.inside[-2] == path
    assert path not in call.inside[2]


@pytest.mark.parametrize(
    ("state", "up"),
    [("running", True), ("degraded", True), ("starting", True), ("stopping", False), ("offline", False), ("", False)],
)
def test_is_up(programs: FakePrograms, container: Container, state: str, up: bool) -> None:
    """A machine with a failed service is up; one that goes down, or does not answer, is not."""
    programs.answer("is-system-running", stdout=f"{state}\n", exit_code=0 if state == "running" else 1)

    assert container.is_up() is up


def test_a_machine_that_does_not_answer_is_not_up(
    programs: FakePrograms, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where process 1 has crashed, nobody waits for its answer for long."""
    monkeypatch.setattr(containers, "_ANSWER_TIMEOUT_S", 0.3)
    programs.answer("is-system-running", behaviour="import time; time.sleep(60)")

    assert not container.is_up()


def test_paths_may_hold_what_options_are_cut_at(
    programs: FakePrograms, container: Container, ledger: Ledger, tmp_path: Path
) -> None:
    """A cache in a directory whose name has colons and commas is mounted like any other: its name is no option."""
    cache = tmp_path / "a:b,c d"
    (cache / "staging").mkdir(parents=True)
    root = Root(lower=(cache / "bases" / "x",), upper=cache / "staging" / "upper", work=cache / "staging" / "work")

    other = Container(ledger, root, log=tmp_path / "log")

    options = programs.calls("mount -t overlay")[-1].argv[-2]
    assert options.startswith("lowerdir=bases/x,upperdir=staging/upper,workdir=staging/work,")
    other.close()


def test_not_booted_is_not_running(container: Container) -> None:
    """Before its boot a machine does not run, and powering it off is no error."""
    container.power_off(threading.Event())

    assert not container.is_running()


def _tell(address: str, *messages: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        for message in messages:
            teller.sendto(message.encode(), "\0" + address.removeprefix("@"))


def test_boot_is_heard_of_among_other_news() -> None:
    """The wanted line is found wherever it stands in a notification, after whatever else was told."""
    with containers._notifications() as (address, received):
        _tell(address, "STATUS=starting", "X_NSPAWN_SYSTEMD=1\nX_NSPAWN_LEADER_PID=42\n", "READY=1")

        assert containers._await(received, "X_NSPAWN_LEADER_PID=", threading.Event(), lambda: True) == "42"
        assert containers._await(received, "READY=1", threading.Event(), lambda: True) == ""


def test_boot_that_ends_early_is_an_error() -> None:
    """A machine whose system ended is not waited for."""
    with containers._notifications() as (_, received), pytest.raises(EngineError, match="did not come up"):
        containers._await(received, "READY=1", threading.Event(), lambda: False)


def test_boot_can_be_cancelled() -> None:
    """A build that is cancelled does not wait for its machine to come up."""
    cancelled = threading.Event()
    cancelled.set()

    with containers._notifications() as (_, received), pytest.raises(ProgramCancelled):
        containers._await(received, "READY=1", cancelled, lambda: True)
