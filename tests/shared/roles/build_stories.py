"""What a job does that builds, and the builder as which Image Builder acts."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from imagegate.flows.build import build_image
from imagegate.flows.end_leftover import end_left_build
from imagegate.model.build_result import BuildResult
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.progress import Story as Steps
from imagegate.settings import Settings, load_settings
from imagegate.steps.sign_origin import Signer
from roles.story import HastyClock, Story, Told
from roles.world import World

_SUBMIT_S = 30
_LIVE = "log: "
_LIVE_REFUSED = "the live log cannot be read"


def build(
    world: World,
    told: Told,
    who: str,
    *,
    settings: Settings | None = None,
    clock: HastyClock | None = None,
    keep: Callable[[SubmittedTemplate | None], None] = lambda _: None,
    follow_s: float | None = None,
) -> BuildResult:
    """Build as the job of an identity, and say what came of it."""
    settings = settings or world.settings(who)
    settings = replace(settings, build=replace(settings.build, submit_timeout_s=_SUBMIT_S))
    result = build_image(
        settings,
        world.connect(who),
        Steps(told, clock or HastyClock()),
        environment=world.environment(who),
        logs=world.folder / "logs",
        follow_s=follow_s,
        keep=keep,
    )
    told.note(f"signed: {', '.join(result.signed)}; unsigned: {', '.join(result.unsigned.values())}")
    told.note(f"staging group: {result.staging_resource_group}")
    return result


def build_until_its_end(world: World, told: Told, who: str) -> SubmittedTemplate:
    """Build, and be killed when the run has ended; the template that is left."""
    kept: list[SubmittedTemplate] = []

    def kill(line: str) -> None:
        if line.startswith("Succeeded"):
            raise _Killed

    told.act = kill
    with contextlib.suppress(_Killed):
        build(world, told, who, keep=lambda submitted: kept.append(submitted) if submitted else None)
    told.act = lambda _: None
    return kept[-1]


class _Killed(Exception):  # noqa: N818 - what happened to the job
    """The job ends at once, whatever it had still to do."""


def _build(world: World, told: Told, who: str) -> int:
    """A build whose live log is watched: it goes on once a line was shown, or cannot be."""
    world.engine.gate.clear()
    told.act = lambda line: world.engine.gate.set() if line.startswith((_LIVE, _LIVE_REFUSED)) else None
    build(world, told, who, follow_s=0)
    return 0


def _cancelled(world: World, told: Told, who: str) -> int:
    """Somebody stops the job while its run goes on."""
    clock = HastyClock()
    world.engine.gate.clear()
    told.act = lambda line: clock.interrupt() if line.startswith("Running (Customizing)") else None
    build(world, told, who, clock=clock)
    return 0


def _failing(world: World, told: Told, who: str) -> int:
    """A customizer fails."""
    world.engine.fails_in = "Customizing"
    build(world, told, who)
    return 0


def _refused(world: World, told: Told, who: str) -> int:
    """The service refuses the template, which is then removed."""
    build(world, told, who, settings=world.settings(who, definition="missing"))
    return 0


def _unlike(world: World, told: Told, who: str) -> int:
    """Base and definition do not go together."""
    world.define("plain", security_type="Standard")
    build(world, told, who, settings=world.settings(who, definition="plain"))
    return 0


def _signed_later(world: World, told: Told, who: str) -> int:
    """The main step was killed after its run; the post step signs."""
    submitted = build_until_its_end(world, told, who)
    cloud = world.connect(who)
    signer = Signer.of(world.environment(who), cloud)
    end_left_build(cloud, submitted.id, submitted.stamp.job_key, told, submitted=submitted, signer=signer)
    return 0


def _of_images(world: World, told: Told, who: str) -> int:
    """A managed image from a gallery version, and then the same one anew from itself."""
    image = f"{world.group_id}/providers/Microsoft.Compute/images/web"
    gallery = {"type": "SharedImageVersion", "imageVersionId": world.version_id}
    build(world, told, who, settings=_image(world, who, source=gallery, managed_image=image))
    managed = {"type": "ManagedImage", "imageId": image}
    build(world, told, who, settings=_image(world, who, source=managed, managed_image=image))
    return 0


def _late(world: World, told: Told, who: str) -> int:
    """The run's time is over while its version is being replicated."""
    world.local.cloud.settings.change({"replication_s_per_region": 1000.0})

    def jump(line: str) -> None:
        if line.startswith("Running (Distributing)"):
            world.clock.jump(7 * 60)
        if line.startswith("replication replicating"):
            world.clock.jump(1000)

    told.act = jump
    source = {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
    try:
        result = build(world, told, who, settings=_image(world, who, source=source))
    finally:
        world.local.cloud.settings.change({"replication_s_per_region": 0.0})
    told.note(f"ended {result.run.state}: {result.replication}")
    return 0


def _image(world: World, who: str, *, source: Mapping[str, Any], managed_image: str = "") -> Settings:
    """The settings of an image of its own, with the shortest build timeout that the service takes."""
    folder = world.folder / "image"
    folder.mkdir(exist_ok=True)
    regions = [{"name": "westeurope"}]
    target = {"type": "SharedImage", "runOutputName": "out", "galleryImageId": world.definition_id, "targetRegions": regions}
    if managed_image:
        target = {"type": "ManagedImage", "runOutputName": "out", "imageId": managed_image, "location": "westeurope"}
    properties = {
        "buildTimeoutInMinutes": 6,
        "source": source,
        "customize": [{"type": "Shell", "name": "first", "inline": ["true"]}],
        "distribute": [target],
    }
    (folder / "template.json").write_text(json.dumps({"properties": properties}))
    azure = "{subscription: '${AZURE_SUBSCRIPTION_ID}', resource-group: rg-images, location: westeurope, gallery: golden, definition: apache-debian12}"
    (folder / "imagegate.yaml").write_text(f"name: web\ntemplate: template.json\nazure: {azure}\n")
    return load_settings(folder, environment=world.environment(who))


_SIDES = {"build": "", "pull request": " of a pull request"}

BUILD_STORIES: tuple[Story, ...] = tuple(
    Story(name=f"{name}{side}", tell=partial(tell, who=who), exit_code=exit_code)
    for name, tell, exit_code in (
        ("build", _build, 0),
        ("failing build", _failing, 3),
        ("cancelled build", _cancelled, 130),
        ("refused template", _refused, 2),
        ("base unlike its definition", _unlike, 0),
        ("signed by the post step", _signed_later, 0),
    )
    for who, side in _SIDES.items()
) + (
    Story(name="images as base and target", tell=partial(_of_images, who="build")),
    Story(name="late replication", tell=partial(_late, who="build")),
)
