"""Layers: what a customizer's result depends on, from where a build resumes, and when nothing can be kept."""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_programs import FakePrograms
from localazure.engine import layers
from localazure.engine.cache import Cache
from localazure.engine.container import STEP_UNIT, Container
from localazure.engine_port import Customization

ONE = Customization(kind="Shell", inline=("echo 1",))
TWO = Customization(kind="File", content=b"2", destination="/home/packer/two", sha256="ab")
NONE = layers.Kept(count=0, entries=())
BOOT = "Id=dbus.service\nFragmentPath=/usr/lib/systemd/system/dbus.service\n"
WEB = "Id=web.service\nFragmentPath=/etc/systemd/system/web.service\n"
SSH = "Id=ssh.service\nFragmentPath=/usr/lib/systemd/system/ssh.service\n"
LEFT = "Id=run-u7.service\nFragmentPath=/run/systemd/transient/run-u7.service\n"


@pytest.mark.parametrize(
    "change",
    [
        {"inline": ("echo 2",)},
        {"inline": None},
        {"kind": "PowerShell"},
        {"content": b"x"},
        {"sha256": "cd"},
    ],
    ids="-".join,
)
def test_whatever_a_result_depends_on_is_in_its_key(change: dict[str, object]) -> None:
    """A customizer that would do something else has another key."""
    other = dataclasses.replace(ONE, **change)  # type: ignore[arg-type]  # each is of its field's type

    assert layers.keys("base", [other]) != layers.keys("base", [ONE])


@pytest.mark.parametrize(
    "change",
    [{"destination": "/elsewhere"}, {"destination": "/tmp/"}, {"source_uri": "https://x/b", "destination": "/home/"}],  # noqa: S108
    ids=["other path", "folder", "other name in a folder"],
)
def test_where_a_file_goes_is_in_its_key(change: dict[str, str]) -> None:
    """Two files of the same content under different names are two results, also where the address gives the name."""
    usual = dataclasses.replace(TWO, source_uri="https://x/a", destination="/home/" if "source_uri" in change else "/x")
    other = dataclasses.replace(usual, **change)  # type: ignore[arg-type]  # each is of its field's type

    assert layers.keys("base", [other]) != layers.keys("base", [usual])


@pytest.mark.parametrize("change", [{"name": "other"}, {"source_uri": "https://elsewhere/x"}], ids=["name", "source"])
def test_names_and_addresses_are_in_no_key(change: dict[str, str]) -> None:
    """A customizer that was renamed, or whose content now lies elsewhere, is not run again."""
    other = dataclasses.replace(ONE, **change)  # type: ignore[arg-type]  # each is of its field's type

    assert layers.keys("base", [other]) == layers.keys("base", [ONE])


def test_a_change_runs_all_that_comes_after_it() -> None:
    """Keys before a change stay, its own and all later ones are new, and another base changes every one."""
    before = layers.keys("base", [ONE, TWO, ONE])
    after = layers.keys("base", [ONE, ONE, ONE])

    assert after[0] == before[0]
    assert after[1] != before[1]
    assert after[2] != before[2]
    assert not set(before) & set(layers.keys("other base", [ONE, TWO, ONE]))


@given(
    st.lists(st.sampled_from(["a", "b", '", "', ","]), max_size=4), st.lists(st.sampled_from(["a", "b"]), max_size=4)
)
def test_lines_do_not_run_into_each_other(first: list[str], second: list[str]) -> None:
    """Two customizers have one key only if their lines are the same, one by one."""
    keys = [layers.keys("base", [Customization(kind="Shell", inline=tuple(lines))]) for lines in (first, second)]

    assert (keys[0] == keys[1]) == (first == second)


def test_services_of_any_boot_are_not_counted() -> None:
    """Only services that a customizer may have started are told, each with its unit file."""
    shown = "\n".join([BOOT, WEB, f"Id={STEP_UNIT}ab12.service\nFragmentPath=\n", "Id=user@1000.service\n", SSH])

    assert layers.active_services(shown) == {
        "web.service": "/etc/systemd/system/web.service",
        "ssh.service": "/usr/lib/systemd/system/ssh.service",
    }


def test_nothing_shown_is_no_service() -> None:
    """A system manager that answers nothing has no services, and that is no error."""
    assert layers.active_services("") == {}


def _put(cache: Cache, name: str, *below: str, active: tuple[str, ...] = ()) -> None:
    staged = cache.root.parent / f"staged-{name}"
    staged.mkdir()
    cache.put("layers", name, staged, {"below": list(below), "active": list(active)})


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


def test_finds_the_longest_run(cache: Cache) -> None:
    """A build resumes after the last customizer whose layer is there, on that layer and those that it lies on."""
    _put(cache, "a")
    _put(cache, "b")
    _put(cache, "d")

    found = layers.find(cache, ["a", "b", "c"])

    assert found.count == 2
    assert [entry.path.name for entry in found.entries] == ["b"]


def test_a_layer_whose_ground_is_gone_is_passed_over(cache: Cache) -> None:
    """A layer that lies on an evicted one cannot be used; the one before it can."""
    _put(cache, "a")
    _put(cache, "b", "evicted")

    assert layers.find(cache, ["a", "b"]).count == 1


def test_layers_below_come_after_their_top(cache: Cache) -> None:
    """The latest is first, as an overlay wants its directories."""
    _put(cache, "a")
    _put(cache, "b", "a")

    assert [entry.path.name for entry in layers.find(cache, ["x", "b"]).entries] == ["b", "a"]


def test_nothing_kept_is_a_build_from_the_start(cache: Cache) -> None:
    """Without any layer, no customizer is passed over."""
    assert layers.find(cache, ["a", "b"]) == NONE
    assert layers.find(cache, []) == NONE


class Machine:
    """A build machine whose services and processes a test chooses, and whose files a fake copies."""

    def __init__(self, programs: FakePrograms, container: Container, cache: Cache, staging: Path) -> None:
        self.programs, self.cache = programs, cache
        self._container, self._staging = container, staging

    def shows(self, *services: str) -> None:
        """Its active services from now on."""
        self.programs.answer("systemctl show", stdout="\n".join(services))

    def has(self, *others: str) -> None:
        """Its processes and mounts from now on."""
        self.programs.answer("pgrep -u packer", stdout="".join(f"{one}\n" for one in others))

    def keeper(self, resumed: layers.Kept = NONE) -> layers.Keeper:
        """Takes its layers."""
        return layers.Keeper(self.cache, self._staging, self._container, resumed, threading.Event())

    def verbs(self) -> list[tuple[str, ...]]:
        """What its system manager was told to start and stop."""
        told = [call.inside for call in self.programs.inside(["systemctl"])]
        return [words[1:] for words in told if words[1] in ("start", "stop")]


@pytest.fixture
def machine(
    programs: FakePrograms, container: Container, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machine]:
    """A machine that stands still when it should: its freezer is a file of the test's."""
    programs.add("python")
    programs.answer("copy_tree.py", behaviour="os.mkdir(argv[4])")
    monkeypatch.setattr(sys, "executable", str(programs.folder / "python"))
    group = tmp_path / "group"
    group.mkdir()
    monkeypatch.setattr(Container, "_cgroup", property(lambda _: group))
    staging = tmp_path / "cache" / "staging" / "build"
    staging.mkdir(parents=True)
    made = Machine(programs, container, cache, staging)
    made.shows(BOOT)
    yield made
    (group / "cgroup.freeze").unlink(missing_ok=True)  # in a real group it goes with the group


def test_keeps_what_services_were_active(machine: Machine) -> None:
    """A layer notes the services that run after its customizer, and none of any boot."""
    keeper = machine.keeper()
    machine.shows(BOOT, WEB)

    keeper.keep("a")

    entry = machine.cache.get("layers", "a")
    assert entry is not None
    assert entry.about["active"] == ["web.service"]
    assert keeper.why_not == ""


def test_the_machine_stands_still_while_it_is_copied(machine: Machine, tmp_path: Path) -> None:
    """Nothing moves during the copy, and everything again after it."""
    freezer = tmp_path / "group" / "cgroup.freeze"
    note = tmp_path / "seen"
    behaviour = f"os.mkdir(argv[4]); open({str(note)!r}, 'w').write(open({str(freezer)!r}).read())"
    machine.programs.answer("copy_tree.py", behaviour=behaviour)

    machine.keeper().keep("a")

    assert note.read_text() == "1"
    assert freezer.read_text() == "0"


def test_a_second_layer_builds_on_the_first(machine: Machine) -> None:
    """Files that did not change since the first layer was begun are not copied a second time."""
    keeper = machine.keeper()
    keeper.keep("a")
    keeper.keep("b")

    first, second = machine.programs.calls("copy_tree.py")
    entry = machine.cache.get("layers", "a")
    assert entry is not None
    assert len(first.argv) == 6
    assert second.argv[6] == str(entry.path / layers.UPPER)
    assert int(second.argv[7]) > 0


@pytest.mark.parametrize(
    ("services", "others", "named"),
    [
        ((BOOT, LEFT), (), "service run-u7.service"),
        ((BOOT,), ("process node",), "process node"),
        ((BOOT,), ("mount /srv/data",), "mount /srv/data"),
    ],
    ids=["transient unit", "process", "mount"],
)
def test_what_no_boot_brings_back_is_not_kept(
    machine: Machine, services: tuple[str, ...], others: tuple[str, ...], named: str
) -> None:
    """After a customizer that left such a thing, no layer is made, nor after any later one, and the reason is told."""
    keeper = machine.keeper()
    machine.shows(*services)
    machine.has(*others)
    keeper.keep("a")
    machine.shows(BOOT)
    machine.has()
    keeper.keep("b")

    assert machine.cache.get("layers", "a") is None
    assert machine.cache.get("layers", "b") is None
    assert keeper.why_not == named


def test_what_was_there_from_the_start_does_not_count(machine: Machine) -> None:
    """A mount that every boot of the machine has keeps no layer from being made."""
    machine.has("mount /dev/shm")
    keeper = machine.keeper()

    keeper.keep("a")

    assert machine.cache.get("layers", "a") is not None


def test_resuming_brings_the_same_services_up(machine: Machine) -> None:
    """On resuming, services that ran are started, those that were stopped are stopped, and the rest is left alone."""
    _put(machine.cache, "a", active=("web.service",))
    machine.shows(BOOT, SSH)

    machine.keeper(layers.find(machine.cache, ["a"]))

    assert machine.verbs() == [("start", "web.service"), ("stop", "ssh.service")]


def test_layers_after_resuming_lie_on_those_before(machine: Machine) -> None:
    """A layer holds what was written since the resumption only, so it notes what it lies on."""
    _put(machine.cache, "a")
    machine.keeper(layers.find(machine.cache, ["a"])).keep("b")

    entry = machine.cache.get("layers", "b")
    assert entry is not None
    assert entry.about["below"] == ["a"]
    assert list((entry.path / layers.UPPER).iterdir()) == []
