"""However a run ends, what it made is deleted, and what is not is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance import cleanup, run
from acceptance.api_versions import RESOURCES
from acceptance.belief import Verdict
from acceptance.leftovers import find_leftovers, is_group_of
from acceptance.run import Step
from acceptance.world import World
from acceptance_world import acceptance_world


def _make_group(world: World, name: str) -> None:
    path = f"{world.subscription}/resourcegroups/{name}"
    world.ask("test/make", "PUT", path, api_version=RESOURCES, body={"location": "westeurope"})


def _make_and_be_interrupted(world: World) -> None:
    _make_group(world, "acceptance-images")
    raise KeyboardInterrupt


def _fail(_: World) -> None:
    raise OSError("the disk is full")


def test_ctrl_c_cleans_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is interrupted deletes its groups, leaves those of others, and says that it was interrupted."""
    monkeypatch.setattr(run, "STEPS", (Step(name="build", title="Building", ask=_make_and_be_interrupted),))
    with acceptance_world(tmp_path) as world:
        _make_group(world, "production")

        ended = run.run(world)

        assert (ended.interrupted, ended.left) == (True, ())
        assert find_leftovers(world).all == ()
        other = f"{world.subscription}/resourcegroups/production"
        assert world.ask("test/look", "GET", other, api_version=RESOURCES).status == 200


def test_a_second_ctrl_c_ends_the_cleanup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not known then what is left, and that is said; the verdicts are there all the same."""

    def interrupt(_: World) -> tuple[str, ...]:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "STEPS", ())
    monkeypatch.setattr(run, "clean_up", interrupt)
    with acceptance_world(tmp_path) as world:
        ended = run.run(world)

    assert ended.left == ("not known: the cleanup was interrupted",)
    assert ended.findings


def test_a_step_that_fails_gives_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beliefs of a step that ended early are not asked, with its reason; the run goes on to its end."""
    monkeypatch.setattr(run, "STEPS", (Step(name="build", title="Building", ask=_fail),))
    with acceptance_world(tmp_path) as world:
        found = {one.belief.id: one for one in run.run(world).findings}

    assert found["B1"].verdict is Verdict.NOT_ASKED
    assert found["B1"].seen == "Building ended early: the disk is full"
    assert found["Z1"].verdict is Verdict.PASS


def test_what_cannot_be_deleted_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group that stays is listed, and the belief that nothing is left is false."""
    monkeypatch.setattr(run, "STEPS", (Step(name="build", title="Building", ask=lambda _: None),))
    with acceptance_world(tmp_path) as world:
        monkeypatch.setattr(run, "refuse_unless_free", lambda world: _make_group(world, "acceptance-images"))
        monkeypatch.setattr(cleanup, "_delete", lambda *_: None)
        object.__setattr__(world.options, "patience_s", 0.0)

        ended = run.run(world)

    assert ended.left == ("resource group acceptance-images",)
    assert {one.belief.id: one.verdict for one in ended.findings}["Z1"] is Verdict.FAIL


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("acceptance-images", True),
        ("IT_acceptance-images_web_1", True),
        ("acceptanceimages", False),
        ("production", False),
        ("IT_production_web", False),
    ],
)
def test_only_groups_of_the_prefix_are_the_runs(name: str, is_ours: bool) -> None:
    """A resource whose name is only similar is not removed."""
    assert is_group_of("acceptance", name) is is_ours
