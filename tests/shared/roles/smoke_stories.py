"""What verifies does: smoke VMs, a verdict, the decision about `latest`; as a job's identity or as the Function."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fake_orchestration import FakeContext, drive
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
from roles.story import HastyClock, Story, Told
from roles.world import SMOKE_GROUP, World

_PAUSE_S = 0.02
_TEARDOWN_S = 20


def verify(
    world: World, told: Told, who: str, *, at_timer: Callable[[FakeContext, int], None] = lambda *_: None, **smoke: Any
) -> Verification:
    """Verify the version with a specification; raises what a command would exit with."""
    world.forget_verdict()
    cloud = world.connect(who)
    spec = {"probes": [{"http": {"port": world.engine.port, "contains": "Apache2"}}], "deadline": "30s", **smoke}
    job = {
        "image_version_id": world.version_id,
        "run": f"run-{time.monotonic_ns()}",
        "subscription_id": cloud.subscription_id,
        "resource_group": SMOKE_GROUP,
        "folder": None,
        "smoke": spec,
        "records_container": world.records_url,
        "teardown_deadline_s": _TEARDOWN_S,
    }
    activities = verify_activities(lambda: cloud)

    def one(region_job: dict[str, Any]) -> Any:
        child = _context(activities, told)
        child.at_timer = lambda number: (time.sleep(_PAUSE_S), at_timer(child, number))
        return drive(child, smoke_one(child, region_job))

    parent = _context({**activities, smoke_one.__name__: one}, told)
    verification = Verification.from_json(drive(parent, verify_image_version(parent, job)))
    told.lines.extend([*verification.notes, json.dumps(verification.to_json())])
    if failure := failure_of(verification):
        raise failure
    return verification


class _Context(FakeContext):
    """Passes on what the orchestration tells, each line once."""

    told: Told

    def set_custom_status(self, custom_status: Any) -> None:  # noqa: ANN401 - any JSON
        """Tell what is new."""
        events = custom_status["events"]
        for event in events[getattr(self, "_shown", 0) :]:
            self.told.note(str(event["text"]))
        self._shown = len(events)


def _context(answers: Mapping[str, Any], told: Told) -> _Context:
    context = _Context(dict(answers), instance_id=f"run-{time.monotonic_ns()}")
    context._now = datetime.now(UTC)
    context.told = told
    context.at_timer = lambda _: time.sleep(_PAUSE_S)
    return context


def _verified(world: World, told: Told, who: str) -> int:
    """It boots, serves, is rebooted and serves again; then its proof lets it become latest."""
    verification = verify(world, told, who, reboot=True)
    cloud = world.connect(who)
    result = verification.to_json()
    job = {name: result[name] for name in ("image_version_id", "published_at", "verdict", "may_promote")}
    context = _context(decision_activities(lambda: cloud, world.verifier), told)
    decision = drive(context, decide_promotion(context, {**job, "limit_s": 5}))
    told.note(f"promoted: {decision['promoted']} {decision['reason']}")
    return 0


def _inside(world: World, told: Told, who: str) -> int:
    """Asked through run-command, and the second answer is the right one."""
    answers = iter([Said(exit_code=11, stdout="imagegate-probe: 500\n")])
    world.engine.answer = lambda _: next(answers, Said(stdout="imagegate-probe: 200\n"))
    verify(world, told, who, reach="run-command")
    return 0


def _silent(world: World, told: Told, who: str) -> int:
    """It boots and does not answer: it is kept out of latest."""
    world.engine.silent = True
    try:
        verify(world, told, who, deadline="3s")
    finally:
        world.engine.silent = False
    return 0


def _interrupted(world: World, told: Told, who: str) -> int:
    """Somebody stops it while the VM is being made."""

    def interrupt(context: FakeContext, number: int) -> None:
        if number == 1:
            context.raise_event(INTERRUPT)

    with world.engine.slow_boot():
        verify(world, told, who, at_timer=interrupt)
    return 0


def _swept(world: World, told: Told, who: str) -> int:
    """What others left has expired: lone parts of smoke VMs, and image templates."""
    world.leave_expired()
    groups = ["rg-images", "rg-images-pull-requests"] if who == "function" else ["rg-images"]
    cloud, clock = world.connect(who), HastyClock()
    swept = sweep(
        cloud, [SMOKE_GROUP], template_groups=groups, now=datetime.now(UTC), deadline=Deadline.after(60, clock), progress=told
    )
    told.note(f"gone: {sorted(one.rsplit('/', 1)[-1] for one in swept.gone)}")
    return 6 if swept.left else 0


def _promoted(world: World, told: Told, who: str) -> int:
    """A person promotes the version."""
    world.forget_verdict()
    cloud = world.connect(who)
    records = Records(Container(cloud, container_url(cloud, "rg-images", "records")))
    decision = PersonsDecision(by="ada", reason="checked by hand")
    promote_by_person(
        cloud, records, ResourceId.parse(world.version_id), decision, story=Steps(told, HastyClock()), now=datetime.now(UTC)
    )
    return 0


SMOKE_STORIES: tuple[Story, ...] = tuple(
    Story(name=f"{name}{' by the Function' if who == 'function' else ''}", tell=partial(tell, who=who), exit_code=exit_code)
    for who in ("verify", "function")
    for name, tell, exit_code in (
        ("verification", _verified, 0),
        ("verification from inside", _inside, 0),
        ("silent image", _silent, 5),
        ("interrupted verification", _interrupted, 130),
        ("sweep", _swept, 0),
    )
) + (Story(name="promotion by a person", tell=partial(_promoted, who="verify")),)
