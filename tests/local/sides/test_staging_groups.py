"""The groups in which Image Builder builds: a job takes one that is free, and reads its log without any key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imagegate.errors import BuildFailed
from imagegate.flows.build import build_image
from imagegate.model import parse_time
from imagegate.model.build_result import BuildResult
from imagegate.report.progress import Silent, Story
from imagegate.settings import load_settings
from imagegate.waiting import Deadline, Look, SystemClock, poll
from recording_engine import RecordingEngine
from sides_world import MAIN, REPOSITORY, TEMPLATE, Installation, template_body

_API, _SUBMITTING = "2025-10-01", "submitting it"
_LONG_AGO = "2020-01-01T00:00:00Z"


@dataclass
class Watched(Silent):
    """The build's notes; `act` is called when the template is about to be submitted."""

    act: Callable[[], object] = lambda: None
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep it, and act."""
        self.notes.append(text)
        if text.startswith(_SUBMITTING):
            self.act()


def _take(installation: Installation, group: str) -> None:
    """Another build uses the group."""
    owner = installation.connect()
    main = f"/subscriptions/{owner.subscription_id}/resourceGroups/rg-images"
    body = template_body(main)
    body["properties"]["stagingResourceGroup"] = main.replace("rg-images", group)
    path = f"{main}/providers/Microsoft.VirtualMachineImages/imageTemplates/of-{group}"
    owner.send("PUT", path, api_version=_API, body=body)


def _build(installation: Installation, folder: Path, told: Watched) -> BuildResult:
    environment = installation.job("ciClientId", MAIN)
    cloud = installation.connect(environment)
    settings = load_settings(TEMPLATE, environment=environment)
    story = Story(told, SystemClock())
    return build_image(settings, cloud, story, environment=environment, logs=folder)


@pytest.fixture
def one_group(installed: Callable[[], Installation]) -> Installation:
    """A side with one staging group."""
    installation = installed()
    installation.set_up("--repository", REPOSITORY, "--staging-groups", "1")
    return installation


def test_a_job_leaves_its_group_as_it_was(one_group: Installation, tmp_path: Path) -> None:
    """The next job takes the same group: whatever Image Builder made there goes with the template."""
    first, second = (_build(one_group, tmp_path, Watched()) for _ in range(2))

    assert first.staging_resource_group == second.staging_resource_group == "rg-images-staging-1"
    assert "Customizing" in Path(str(second.customization_log)).read_text()


def test_every_group_is_in_use(one_group: Installation, tmp_path: Path) -> None:
    """The build goes on in a group that Image Builder makes, and one line says that its log may stay closed."""
    _take(one_group, "rg-images-staging-1")
    told = Watched()

    built = _build(one_group, tmp_path, told)

    assert str(built.staging_resource_group).startswith("IT_rg-images_")
    assert built.customization_log is None
    (line,) = [note for note in told.notes if note.startswith("no staging group")]
    assert "none of rg-images-staging-1 is free" in line


def test_another_job_is_faster(one_group: Installation, tmp_path: Path) -> None:
    """Where the service refuses the group after all, the template is submitted without it."""
    told = Watched(act=lambda: _take(one_group, "rg-images-staging-1"))

    built = _build(one_group, tmp_path, told)

    assert str(built.staging_resource_group).startswith("IT_rg-images_")
    assert any("does not take the staging group rg-images-staging-1" in note for note in told.notes)


def test_fewer_groups_and_as_many_as_before(one_group: Installation) -> None:
    """A set-up without a number keeps the number that there is."""
    document = one_group.set_up("--repository", REPOSITORY)

    assert document["outputs"]["stagingResourceGroups"] == ["rg-images-staging-1"]


def test_a_failed_build_gives_its_group_back(one_group: Installation, tmp_path: Path) -> None:
    """Its template expires within the hour; a job that finds no free group then removes it and takes the group."""
    _engine(one_group).fails_in = "Customizing"
    with pytest.raises(BuildFailed) as failed:
        _build(one_group, tmp_path, Watched())
    _engine(one_group).fails_in = ""
    assert "Customizing" in Path(str(failed.value.details["customization_log"])).read_text()
    _expire(one_group, failed.value.ids["resource"])
    told = Watched()

    built = _build(one_group, tmp_path, told)

    assert built.staging_resource_group == "rg-images-staging-1"
    assert "no staging group is free: removing 1 expired image template first" in told.notes


def _engine(installation: Installation) -> RecordingEngine:
    engine = installation.cloud.cloud.engine
    assert isinstance(engine, RecordingEngine)
    return engine


def _expire(installation: Installation, template: str) -> None:
    """An hour passes: the template's expiry, which was an hour away, is over."""
    owner = installation.connect()

    def expires_within(seconds: float) -> Look[dict[str, str]]:
        tags = owner.send("GET", template, api_version=_API)["tags"]
        moment = parse_time(tags["imagegate-expires-at"])
        assert moment is not None
        return Look(value=tags if (moment - datetime.now(UTC)).total_seconds() <= seconds else None)

    deadline = Deadline.after(30, SystemClock())
    tags = poll(lambda: expires_within(3600), deadline=deadline, what="the new expiry", interval_s=0.1)
    owner.send("PATCH", template, api_version=_API, body={"tags": tags | {"imagegate-expires-at": _LONG_AGO}})
    poll(lambda: expires_within(0), deadline=deadline, what="the end of the hour", interval_s=0.1)
