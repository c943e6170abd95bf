"""What verifies does: smoke VMs, a verdict, the decision about `latest`; as a job's identity or as the Function."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from fake_orchestration import FakeContext
from imagegate.errors import TeardownIncomplete
from imagegate.flows.activities import decision_activities, verify_activities
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.promote_by_person import promote_by_person
from imagegate.flows.smoke_one import smoke_one
from imagegate.flows.sweep import sweep
from imagegate.flows.telling import INTERRUPT
from imagegate.flows.verify import verify_image_version
from imagegate.flows.verify_failure import failure_of
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records
from imagegate.model import ResourceId
from imagegate.model.persons_decision import PersonsDecision
from imagegate.model.verification import Verification
from imagegate.report.progress import Story as Steps
from imagegate.steps.find_container import container_url
from imagegate.waiting import Deadline
from recording_engine import Said
from roles import leftovers
from roles.identities import FUNCTION, VERIFY
from roles.leftovers import SMOKE_GROUP
from roles.orchestration import run
from roles.story import HastyClock, Story, Told
from roles.world import World

_TEARDOWN_S, _SWEEP_S, _PROOF_S = 60, 60, 60
_GROUP = "rg-images"


def _verify(
    world: World,
    told: Told,
    who: str,
    *,
    at_timer: Callable[[FakeContext], None] = lambda _: None,
    **smoke: object,
) -> Verification:
    """Verify the version with a specification; raises what a command would exit with."""
    world.gallery.forget_verdict()
    cloud = world.identities.connect(who)
    job = {
        "image_version_id": world.gallery.version_id,
        "run": f"run-{time.monotonic_ns()}",
        "subscription_id": cloud.subscription_id,
        "resource_group": SMOKE_GROUP,
        "smoke": {"probes": [{"http": {"port": world.engine.port, "contains": "Apache2"}}], "deadline": "20m", **smoke},
        "records_container": world.outputs["recordsContainerUrl"],
        "teardown_deadline_s": _TEARDOWN_S,
    }

    def fire(context: FakeContext) -> None:
        world.settle()
        at_timer(context)

    activities = verify_activities(lambda: cloud)
    result = run(verify_image_version, job, activities, told, at_timer=fire, children=(smoke_one,))
    verification = Verification.from_json(result)
    told.note(json.dumps(result))
    if failure := failure_of(verification):
        raise failure
    return verification


def _verified(world: World, told: Told, who: str) -> None:
    """It boots, serves, is rebooted and serves again; then its proof lets it become latest."""
    result = _verify(world, told, who, reboot=True).to_json()
    cloud = world.identities.connect(who)
    job = {name: result[name] for name in ("image_version_id", "published_at", "verdict", "may_promote")}
    activities = decision_activities(lambda: cloud, world.verifier)
    decision = run(decide_promotion, {**job, "limit_s": _PROOF_S}, activities, told, at_timer=lambda _: world.settle())
    told.note(f"promoted: {decision['promoted']} {decision['reason']}")


def _inside(world: World, told: Told, who: str) -> None:
    """Asked by run command; the second answer is the right one."""
    answers = iter([Said(exit_code=11, stdout="imagegate-probe: 500\n")])
    world.engine.answer = lambda _: next(answers, Said(stdout="imagegate-probe: 200\n"))
    _verify(world, told, who, reach="run-command")


def _silent(world: World, told: Told, who: str) -> None:
    """It boots and does not answer: it is kept out of latest."""
    world.engine.silent = True
    _verify(world, told, who, deadline="2m")


def _interrupted(world: World, told: Told, who: str) -> None:
    """Somebody stops it while the VM is being made, which takes longer than the story."""
    world.engine.may_boot.clear()

    def interrupt(context: FakeContext) -> None:
        if world.engine.booting.is_set() and not context.events[INTERRUPT].is_complete:
            context.raise_event(INTERRUPT)

    _verify(world, told, who, at_timer=interrupt)


def _swept(world: World, told: Told, who: str) -> None:
    """What others left has expired: lone parts of smoke VMs, and image templates."""
    leftovers.leave_expired(world.local, world.group_id)
    swept = sweep(
        world.identities.connect(who),
        [SMOKE_GROUP],
        template_groups=world.function_settings().template_groups if who == FUNCTION else [_GROUP],
        now=datetime.now(UTC),
        deadline=Deadline.after(_SWEEP_S, HastyClock(world)),
        progress=told,
    )
    told.note(f"gone: {sorted(one.rsplit('/', 1)[-1] for one in swept.gone)}")
    if swept.left:
        raise TeardownIncomplete("Something is still there.", leftovers=tuple(swept.left))


def _promoted(world: World, told: Told) -> None:
    """A person promotes the version, as the identity that verifies."""
    world.gallery.forget_verdict()
    cloud = world.identities.connect(VERIFY)
    promote_by_person(
        cloud,
        Records(Container(cloud, container_url(cloud, _GROUP, "records"))),
        ResourceId.parse(world.gallery.version_id),
        PersonsDecision(by="ada", reason="checked by hand"),
        story=Steps(told, HastyClock(world)),
        now=datetime.now(UTC),
    )


def _of_each(name: str, tell: Callable[..., None], exit_code: int = 0) -> list[Story]:
    return [Story(name=name, tell=partial(tell, who=who), by=who, exit_code=exit_code) for who in (VERIFY, FUNCTION)]


SMOKE_STORIES: tuple[Story, ...] = (
    *_of_each("verification", _verified),
    *_of_each("verification from inside", _inside),
    *_of_each("silent image", _silent, 5),
    *_of_each("interrupted verification", _interrupted, 130),
    *_of_each("sweep", _swept),
    Story(name="promotion by a person", tell=_promoted),
)
