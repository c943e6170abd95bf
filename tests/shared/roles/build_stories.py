"""What a job does that builds, and the builder as which Image Builder acts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from imagegate.flows.build import build_image
from imagegate.flows.end_leftover import end_left_build
from imagegate.model.submitted_template import SubmittedTemplate
from imagegate.report.progress import Story as Steps
from imagegate.settings import Settings
from imagegate.steps.sign_origin import Signer
from roles.identities import BUILD, PULL_REQUESTS
from roles.image_folder import image_of
from roles.story import HastyClock, Story, Told
from roles.world import World

_SUBMIT_S = 30
_LIVE, _LIVE_REFUSED = "log: ", "the live log cannot be read"
_REPLICATION_S, _TIMEOUT_S = 1000.0, 7 * 60
_DEBIAN = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}


def build(world: World, told: Told, who: str, *, settings: Settings | None = None, **options: Any) -> None:  # noqa: ANN401 - of build_image
    """Build as the job of an identity, and say what came of it."""
    settings = settings or world.settings(who)
    result = build_image(
        replace(settings, build=replace(settings.build, submit_timeout_s=_SUBMIT_S)),
        world.identities.connect(who),
        Steps(told, options.pop("clock", None) or HastyClock(world)),
        environment=world.identities.environment(who),
        logs=world.folder / "logs",
        **options,
    )
    told.note(f"signed: {', '.join(result.signed)}; unsigned: {', '.join(result.unsigned.values())}")
    told.note(f"ended {result.run.state} in {result.staging_resource_group}")


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


def _build(world: World, told: Told, who: str) -> None:
    """The live log is watched: the build goes on once a line was shown, or cannot be."""
    world.engine.gate.clear()
    told.act = lambda line: world.engine.gate.set() if line.startswith((_LIVE, _LIVE_REFUSED)) else None
    build(world, told, who, follow_s=0)


def _cancelled(world: World, told: Told, who: str) -> None:
    """Somebody stops the job while its run goes on."""
    clock = HastyClock(world)
    world.engine.gate.clear()
    told.act = lambda line: clock.interrupt() if line.startswith("Running (Customizing)") else None
    build(world, told, who, clock=clock)


def _failing(world: World, told: Told, who: str) -> None:
    """A customizer fails."""
    world.engine.fails_in = "Customizing"
    build(world, told, who)


def _refused(world: World, told: Told, who: str) -> None:
    """The service refuses the template, which is then removed."""
    build(world, told, who, settings=world.settings(who, definition="missing"))


def _unlike(world: World, told: Told, who: str) -> None:
    """Base and definition do not go together."""
    world.gallery.define("plain", security_type="Standard")
    settings = image_of(world, who, source=_version(world), target=_target(world, "plain"))
    build(world, told, who, settings=settings)


def _signed_later(world: World, told: Told, who: str) -> None:
    """The main step was killed after its run; the post step signs."""
    submitted = build_until_its_end(world, told, who)
    cloud = world.identities.connect(who)
    signer = Signer.of(world.identities.environment(who), cloud)
    end_left_build(cloud, submitted.id, submitted.stamp.job_key, told, submitted=submitted, signer=signer)


def _of_images(world: World, told: Told) -> None:
    """A managed image from a gallery version, and then the same one anew from itself."""
    image = f"{world.group_id}/providers/Microsoft.Compute/images/web"
    target = {"type": "ManagedImage", "runOutputName": "out", "imageId": image, "location": "westeurope"}
    for source in (_version(world), {"type": "ManagedImage", "imageId": image}):
        build(world, told, BUILD, settings=image_of(world, BUILD, source=source, target=target))


def _late(world: World, told: Told) -> None:
    """The run's time is over while its version is being replicated."""
    jumps = {"Running (Distributing)": _TIMEOUT_S, "replication replicating": _REPLICATION_S}

    def jump(line: str) -> None:
        for begin, seconds in jumps.items():
            if line.startswith(begin):
                world.clock.jump(seconds)

    told.act = jump
    world.local.cloud.settings.change({"replication_s_per_region": _REPLICATION_S})
    settings = image_of(world, BUILD, source={"type": "PlatformImage", **_DEBIAN}, target=_target(world))
    try:
        build(world, told, BUILD, settings=settings)
    finally:
        world.local.cloud.settings.change({"replication_s_per_region": 0.0})


def _version(world: World) -> dict[str, object]:
    """The version as a base."""
    return {"type": "SharedImageVersion", "imageVersionId": world.gallery.version_id}


def _target(world: World, definition: str = "apache-debian12") -> dict[str, object]:
    """A distributor to a definition of the gallery."""
    definition_id = f"{world.gallery.definition_id.rpartition('/')[0]}/{definition}"
    regions = [{"name": "westeurope"}]
    return {"type": "SharedImage", "runOutputName": "out", "galleryImageId": definition_id, "targetRegions": regions}


def _of_each_side(name: str, tell: Callable[..., None], exit_code: int = 0) -> list[Story]:
    return [
        Story(name=name, tell=partial(tell, who=who), by=who, exit_code=exit_code) for who in (BUILD, PULL_REQUESTS)
    ]


BUILD_STORIES: tuple[Story, ...] = (
    *_of_each_side("build", _build),
    *_of_each_side("failing build", _failing, 3),
    *_of_each_side("cancelled build", _cancelled, 130),
    *_of_each_side("refused template", _refused, 2),
    *_of_each_side("base unlike its definition", _unlike),
    *_of_each_side("signed by the post step", _signed_later),
    Story(name="images as base and target", tell=_of_images),
    Story(name="late replication", tell=_late),
)
