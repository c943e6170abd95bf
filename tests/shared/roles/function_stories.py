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
from imagegate.model import ImageVersion, ResourceId
from imagegate.model.sightings import Sightings, Tally
from imagegate.steps.explain_failed_build import explain_failed_build
from roles.build_stories import build, build_until_its_end
from roles.identities import BUILD, FUNCTION, OWNER, PULL_REQUESTS
from roles.story import Story, Told
from roles.world import World


def _told_of_a_run(world: World, told: Told, builder: str) -> None:
    """An event says that a run ended: the Function reads the template and what came of it."""
    submitted = build_until_its_end(world, Told(), builder)
    cloud = world.identities.connect(FUNCTION)
    with idle_engine() as client:
        reception = receive_event(
            text(run_event(subject=submitted.id.text)),
            state=BuildState(cloud),
            records=_records(world, cloud),
            scheduler=Scheduler(client),
            settings=world.function_settings(),
            guard=lambda _: None,
        )
    told.note(f"received: {reception}")


def _closing(world: World, told: Told, builder: str) -> None:
    """A build failed; the Function says why, from its log."""
    world.engine.fails_in = "Customizing"
    with contextlib.suppress(BuildFailed):
        build(world, Told(), builder)
    cloud = world.identities.connect(FUNCTION)
    for group in world.function_settings().template_groups:
        for template in BuildState(cloud).templates(group):
            if template.run is not None and template.run.started_at is not None:
                job = {"template_id": template.id.text, "run_started_at": template.run.started_at.isoformat()}
                explained = explain_failed_build(cloud, job)
                told.note(f"{explained['state']}: {explained['description']}")


def _reconciled(world: World, told: Told) -> None:
    """The look every ten minutes: what a lost event should have started, and proofs that came late."""
    world.gallery.forget_verdict()
    cloud, settings, now = world.identities.connect(FUNCTION), world.function_settings(), datetime.now(UTC)
    state, records, verifier = BuildState(cloud), _records(world, cloud), world.verifier()
    with idle_engine() as client:
        scheduler = Scheduler(client)
        done = reconcile(state=state, records=records, scheduler=scheduler, settings=settings, now=now)
        late = reconcile_promotions(
            cloud=cloud, state=state, scheduler=scheduler, verifier=verifier, settings=settings, now=now
        )
    told.note(f"{done.verifications} verifications, {late} late promotions")


def _guarded(world: World, told: Told) -> None:
    """A version is visible without a recorded promotion for the third time: it is hidden, and who wrote it is named."""
    world.gallery.forget_verdict()
    world.gallery.show_version()
    version = ImageVersion.from_arm(world.gallery.version.body)
    twice = Sightings(hides={version.edition: Tally(count=2, at=datetime.now(UTC) - timedelta(hours=2))})
    owners = _records(world, world.identities.connect(OWNER))
    owners.write_sightings(ResourceId.parse(world.gallery.definition_id), twice, etag=None)
    cloud = world.identities.connect(FUNCTION)
    records, settings = _records(world, cloud), world.function_settings()
    Guard(cloud=cloud, state=BuildState(cloud), records=records, settings=settings).look_everywhere()


def _records(world: World, cloud: Cloud) -> Records:
    return Records(Container(cloud, str(world.outputs["recordsContainerUrl"])))


def _of_each_side(name: str, tell: Callable[..., None]) -> list[Story]:
    return [Story(name=name, tell=partial(tell, builder=who), by=who) for who in (BUILD, PULL_REQUESTS)]


FUNCTION_STORIES: tuple[Story, ...] = (
    *_of_each_side("event of a run", _told_of_a_run),
    *_of_each_side("closing a failed build", _closing),
    Story(name="reconcile", tell=_reconciled),
    Story(name="guard", tell=_guarded),
)
