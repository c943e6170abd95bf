"""What the Function does beside its verifications: events, builds that failed, the ten-minute look, the guard."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from build_events import run_event, text
from durable_client import idle_engine
from imagegate.errors import BuildFailed
from imagegate.flows.guard import Guard
from imagegate.flows.receive_event import receive_event
from imagegate.flows.reconcile import reconcile
from imagegate.flows.reconcile_promotions import reconcile_promotions
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import ResourceId
from imagegate.model.image_version import ImageVersion
from imagegate.model.sightings import Sightings, Tally
from imagegate.steps.explain_failed_build import explain_failed_build
from roles.build_stories import build, build_until_its_end
from roles.story import Story, Told
from roles.world import World

_WHO = "function"


def _told_of_a_run(world: World, told: Told, builder: str) -> int:
    """An event says that a run ended: the Function reads the template and what came of it."""
    submitted = build_until_its_end(world, Told(), builder)
    cloud, settings = world.connect(_WHO), world.function_settings()
    with idle_engine() as client:
        reception = receive_event(
            text(run_event(subject=submitted.id.text)),
            state=BuildState(cloud),
            records=_records(world, cloud),
            scheduler=Scheduler(client),
            settings=settings,
            guard=lambda _: None,
        )
    told.note(f"received: {reception}")
    return 0


def _closing(world: World, told: Told, builder: str) -> int:
    """A build failed; the Function says why, from its log."""
    with contextlib.suppress(BuildFailed):
        world.engine.fails_in = "Customizing"
        build(world, Told(), builder)
    cloud = world.connect(_WHO)
    (template,) = [
        one
        for group in world.function_settings().template_groups
        for one in BuildState(cloud).templates(group)
        if one.run is not None
    ]
    begun = template.run.started_at.isoformat() if template.run and template.run.started_at else ""
    explained = explain_failed_build(cloud, {"template_id": template.id.text, "run_started_at": begun})
    told.note(f"explained: {explained['state']}: {explained['description']}")
    return 0


def _reconciled(world: World, told: Told) -> int:
    """The look every ten minutes: what a lost event should have started, and proofs that came late."""
    world.forget_verdict()
    cloud, settings = world.connect(_WHO), world.function_settings()
    with idle_engine() as client:
        scheduler, state, now = Scheduler(client), BuildState(cloud), datetime.now(UTC)
        done = reconcile(state=state, records=_records(world, cloud), scheduler=scheduler, settings=settings, now=now)
        late = reconcile_promotions(
            cloud=cloud, state=state, scheduler=scheduler, verifier=world.verifier(), settings=settings, now=now
        )
    told.note(f"reconciled: {done.verifications} verifications, {late} late promotions")
    return 0


def _guarded(world: World, told: Told) -> int:
    """A version is visible without a recorded promotion, for the third time: it is hidden, and somebody is named."""
    world.forget_verdict()
    world.show_version()
    owner, cloud = world.connect("owner"), world.connect(_WHO)
    version = ImageVersion.from_arm(world.version.body)
    twice = {version.edition: Tally(count=2, at=datetime.now(UTC) - timedelta(hours=2))}
    _records(world, owner).write_sightings(ResourceId.parse(world.definition_id), Sightings(hides=twice), etag=None)
    guard = Guard(
        cloud=cloud, state=BuildState(cloud), records=_records(world, cloud), settings=world.function_settings()
    )
    guard.look_everywhere()
    return 0


def _records(world: World, cloud: Cloud) -> Records:
    return Records(Container(cloud, world.records_url))


def _stories(name: str, tell: Callable[..., int]) -> list[Story]:
    sides = {"build": "", "pull request": " of a pull request"}
    return [Story(name=f"{name}{side}", tell=partial(tell, builder=builder)) for builder, side in sides.items()]


FUNCTION_STORIES: tuple[Story, ...] = (
    *_stories("event of a run", _told_of_a_run),
    *_stories("closing a failed build", _closing),
    Story(name="reconcile", tell=_reconciled),
    Story(name="guard", tell=_guarded),
)
