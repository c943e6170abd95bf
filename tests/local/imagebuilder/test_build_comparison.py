"""A build against a local cloud whose template or version another caller changes: it succeeds, unsigned."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from function_world import REPOSITORY, trusting_transport
from imagegate.flows.build import build_image
from imagegate.flows.setup import set_up
from imagegate.flows.setup_sides import Sides
from imagegate.gateway.cloud import Cloud
from imagegate.model.build_result import BuildResult
from imagegate.report.progress import Silent, Story
from imagegate.settings import Settings, load_settings
from imagegate.waiting import SystemClock
from job_services import CLAIMS, JobServices
from localazure import clock
from localazure.assembly import LocalCloud
from recording_engine import RecordingEngine
from sides_world import without_secret

API = "2025-10-01"
GALLERY_API = "2023-07-03"
_REPOSITORY, _MAIN = CLAIMS["repository"], CLAIMS["ref"]
BEFORE_RUN, AFTER_RUN, BEFORE_SIGNING = "Starting the run", "Fetching the build log", "Signing the image versions"


class MovedClock(clock.SystemClock):
    """The machine's clock, as far ahead as a test moves it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The time."""
        return super().now() + self.ahead


@dataclass
class Intruder(Silent):
    """Listens to the build's progress, and acts when a step of that title begins."""

    acts: dict[str, Callable[[], object]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def step_began(self, title: str) -> None:
        """Act now."""
        self.acts.get(title, lambda: None)()

    def note(self, text: str) -> None:
        """Remember what the build told."""
        self.notes.append(text)


@dataclass
class World:
    """A cloud that is set up, and the job that builds in it; `client` is the owner, who changes what the job made."""

    client: Any
    server: LocalCloud
    clock: MovedClock
    settings: Settings
    job: dict[str, str]
    folder: Path
    intruder: Intruder = field(default_factory=Intruder)

    def build(self) -> BuildResult:
        """Build as a job that may ask for tokens."""
        environment = {
            **self.job,
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": _REPOSITORY,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_SHA": "e" * 40,
            "GITHUB_REF": _MAIN,
        }
        cloud = Cloud.connect(self.settings.azure, environment, transport=trusting_transport(self.server))
        story = Story(self.intruder, SystemClock())
        return build_image(self.settings, cloud, story, environment=environment, logs=self.folder / "logs")

    @property
    def template(self) -> str:
        """The path of the job's template."""
        path = "~/resourceGroups/rg-images/providers/Microsoft.VirtualMachineImages/imageTemplates"
        (found,) = self.client("GET", path, api_version=API).json()["value"]
        return f"{path}/{found['name']}"

    @property
    def version(self) -> str:
        """The path of the one version."""
        path = "~/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/golden/images/apache-debian12/versions"
        (found,) = self.client("GET", path, api_version=GALLERY_API).json()["value"]
        return f"{path}/{found['name']}"

    def patch(self, body: dict[str, Any]) -> None:
        """Change the job's template."""
        answer = self.client.settled("PATCH", self.template, body, api_version=API)
        assert answer.ok, answer.text

    def remake_template(self) -> None:
        """Delete the job's template and submit it anew as it was."""
        path = self.template
        body = self.client("GET", path, api_version=API).json()
        self.client.settled("DELETE", path, api_version=API)
        answer = self.client.settled("PUT", path, _as_sent(body), api_version=API)
        assert answer.ok, answer.text

    def copy_version(self, source: str, target: str) -> None:
        """Write a version with the tags and flags of another one, made from it."""
        body = self.client("GET", source, api_version=GALLERY_API).json()
        copied = _as_sent(body)
        copied["properties"]["storageProfile"] = {"source": {"id": body["id"]}}
        answer = self.client.settled("PUT", target, copied, api_version=GALLERY_API)
        assert answer.ok, answer.text


def _as_sent(body: dict[str, Any]) -> dict[str, Any]:
    """A resource as it was answered, without what only its service writes."""
    own = {"provisioningState", "provisioningError", "lastRunStatus", "exactStagingResourceGroup", "replicationStatus"}
    properties = {name: value for name, value in body["properties"].items() if name not in own}
    (properties.get("source") or {}).pop("exactVersion", None)
    (properties.get("publishingProfile") or {}).pop("publishedDate", None)
    kept: dict[str, Any] = {name: body[name] for name in ("location", "tags") if name in body}
    if "identity" in body:
        ids = body["identity"]["userAssignedIdentities"]
        kept["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {name: {} for name in ids}}
    return {**kept, "properties": properties}


@pytest.fixture
def moved_clock() -> MovedClock:
    """The cloud's clock."""
    return MovedClock()


@pytest.fixture
def cloud_server(tmp_path: Path, recording_engine: RecordingEngine, moved_clock: MovedClock) -> Iterator[LocalCloud]:
    """A fresh local cloud that listens."""
    with LocalCloud(state=tmp_path / "state", engine=recording_engine, clock=moved_clock) as server:
        yield server


@pytest.fixture
def world(
    tmp_path: Path, cloud_server: LocalCloud, caller: Callable[..., Any], moved_clock: MovedClock
) -> Iterator[World]:
    """A cloud that `setup` has prepared for templates/apache-debian12."""
    folder = tmp_path / "image"
    shutil.copytree(REPOSITORY / "templates" / "apache-debian12", folder)
    settings = load_settings(folder, environment=cloud_server.environment)
    cloud = Cloud.connect(settings.azure, cloud_server.environment, transport=trusting_transport(cloud_server))
    with JobServices(host="127.0.0.1") as services:
        sides = Sides(repositories=(_REPOSITORY,), refs=(_MAIN,), issuer=services.url)
        outputs = set_up(settings, cloud, Story(Silent(), SystemClock()), sides=sides).outputs
        job = {**without_secret(cloud_server), **services.environment(), "AZURE_CLIENT_ID": outputs["ciClientId"]}
        yield World(
            client=caller(),
            server=cloud_server,
            clock=moved_clock,
            settings=settings,
            job=job,
            folder=folder,
        )


def reason_of(result: BuildResult) -> str:
    """Why the one version of a build that succeeded is not signed."""
    assert result.run.state == "Succeeded"
    assert result.signed == ()
    (reason,) = result.unsigned.values()
    return reason


def test_an_untouched_template_is_signed(world: World) -> None:
    """What the local cloud answers after a run is what was sent: defaults, read-only members and times included."""
    result = world.build()

    assert (len(result.signed), result.unsigned) == (1, {})
    assert [note for note in world.intruder.notes if note.startswith("not as sent")] == []


def test_a_template_with_many_parts_is_signed(world: World) -> None:
    """Validators, error handling, optimisation and tags of the service's resources come back as they were sent."""
    file = world.folder / "template.json"
    document = json.loads(file.read_text())
    document["resources"][0]["properties"] |= {
        "validate": {
            "continueDistributeOnFailure": False,
            "sourceValidationOnly": False,
            "inVMValidations": [{"type": "Shell", "name": "serves", "inline": ["true"]}],
        },
        "optimize": {"vmBoot": {"state": "Enabled"}},
        "errorHandling": {"onCustomizerError": "abort", "onValidationError": "cleanup"},
        "managedResourceTags": {"team": "web"},
        "buildTimeoutInMinutes": 90,
        "vmProfile": {"osDiskSizeGB": 40},
        "autoRun": {"state": "Enabled"},
    }
    file.write_text(json.dumps(document))

    assert world.build().unsigned == {}


def test_a_template_that_was_changed(world: World) -> None:
    """A build VM of another size is found in the template after the run, and by the time of the change."""
    world.intruder.acts[BEFORE_RUN] = lambda: world.patch({"properties": {"vmProfile": {"vmSize": "Standard_D8s_v3"}}})

    reason = reason_of(world.build())

    assert reason.startswith("its image template is not what this job sent (properties.vmProfile")
    assert any("after this job wrote it" in note for note in world.intruder.notes)


def test_a_template_that_was_changed_and_changed_back(world: World) -> None:
    """Nothing of the template differs after the run; the time of its last change does."""
    own: dict[str, Any] = {}

    def change() -> None:
        own["tags"] = world.client("GET", world.template, api_version=API).json()["tags"]
        world.patch({"tags": {"imagegate-run": "another"}})

    world.intruder.acts[BEFORE_RUN] = change
    world.intruder.acts[AFTER_RUN] = lambda: world.patch({"tags": own["tags"]})

    reason = reason_of(world.build())

    assert "the image template was changed at " in reason
    assert "after this job wrote it" in reason


def test_a_template_that_was_deleted_and_made_anew(world: World) -> None:
    """The same body under the same name is another template: the time of its creation says so."""
    world.intruder.acts[BEFORE_RUN] = world.remake_template

    assert "the image template was made anew at " in reason_of(world.build())


def test_a_template_that_was_run_again(world: World) -> None:
    """A second run under the job's template has another start."""
    world.intruder.acts[AFTER_RUN] = lambda: world.client.settled("POST", f"{world.template}/run", api_version=API)

    assert "its last run is not this job's" in reason_of(world.build())


def test_a_template_that_is_gone_before_it_was_compared(world: World) -> None:
    """Without the template the job cannot know what its run was."""
    world.intruder.acts[BEFORE_SIGNING] = lambda: world.client.settled("DELETE", world.template, api_version=API)

    assert "the image template is gone" in reason_of(world.build())


def test_a_version_that_was_made_again_under_its_number(world: World) -> None:
    """A version with the same number and tags, made after the run, was not published during it."""

    def remake() -> None:
        world.clock.ahead = timedelta(seconds=30)
        path = world.version
        aside = path.rsplit("/", 1)[0] + "/9.9.9"
        world.copy_version(path, aside)
        world.client.settled("DELETE", path, api_version=GALLERY_API)
        world.copy_version(aside, path)

    world.intruder.acts[BEFORE_SIGNING] = remake

    assert "not during this job's run" in reason_of(world.build())


def test_a_version_without_the_key_of_the_job(world: World) -> None:
    """A run output that does not carry the job's key is not this job's, whatever else its tags say."""

    def stamp() -> None:
        tags = world.client("GET", world.version, api_version=GALLERY_API).json()["tags"]
        body = {"tags": tags | {"imagegate-job-key": "another"}}
        assert world.client.settled("PATCH", world.version, body, api_version=GALLERY_API).ok

    world.intruder.acts[BEFORE_SIGNING] = stamp

    assert reason_of(world.build()) == "it does not carry this job's key"


def test_another_version_that_was_written_meanwhile(world: World) -> None:
    """Only what the run put out is signed: a copy with the same tags, written meanwhile, is none of it."""

    def copy_version() -> None:
        world.copy_version(world.version, world.version.rsplit("/", 1)[0] + "/9.9.9")

    world.intruder.acts[AFTER_RUN] = copy_version

    result = world.build()

    assert [one.rsplit("/", 1)[-1] for one in result.signed] == [str(result.image_version_id).rsplit("/", 1)[-1]]
    assert not any(one.endswith("9.9.9") for one in (*result.signed, *result.image_version_ids))


def test_the_builder_among_the_build_vms_identities(world: World) -> None:
    """An identity that a customizer could use to act as the builder is refused after the run as well."""

    def add() -> None:
        identities = world.client("GET", world.template, api_version=API).json()["identity"]["userAssignedIdentities"]
        world.patch({"properties": {"vmProfile": {"userAssignedIdentities": list(identities)}}})

    world.intruder.acts[BEFORE_RUN] = add

    reason_of(world.build())

    assert any("among the build VM's own identities" in note for note in world.intruder.notes)
