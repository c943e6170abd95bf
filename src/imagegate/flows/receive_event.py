"""An event comes in: ask Azure how its resource stands, and start what follows from that, once.

1. Parse; what is foreign, malformed or not of the settings' groups is logged and dropped: no delivery betters it.
2. Of an ended run: a success starts the verification of every version that came of it, else the statuses are closed.
3. Of a written version: the guard looks at its definition. One of ours whose record has no verdict is verified.

What has not come to rest yet is waited for by an orchestration. Raising means "deliver it again": only where Azure
could not be asked.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from imagegate.errors import DeadlinePassed
from imagegate.flows.receive_later import receive_later
from imagegate.flows.scheduling import (
    failed_to_bring_a_version,
    has_verdict,
    instance_id_of,
    is_ours,
    start_closing,
    start_verification,
)
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import ResourceId
from imagegate.model.build_event import BuildEvent, Happening, Refusal, parse_build_events
from imagegate.settings.function_settings import FunctionSettings

_LOG = logging.getLogger(__name__)
_UNFINISHED = {"creating", "updating", "migrating"}


class Reception(StrEnum):
    """What became of an event."""

    SCHEDULED = "scheduled"
    WAITED_FOR = "waited for"
    KNOWN = "known already"
    DROPPED = "dropped"


def receive_event(
    raw: str,
    *,
    state: BuildState,
    records: Records,
    scheduler: Scheduler,
    settings: FunctionSettings,
    guard: Callable[[ResourceId], None],
) -> tuple[Reception, ...]:
    """Handle a delivery: an event or an array of them. `guard` looks at an image definition and raises nothing.

    Idempotent: any number of deliveries in any order start one instance a version and run.

    Raises:
        ImageGateError: Azure could not be asked.
    """
    desk = _Desk(state=state, records=records, scheduler=scheduler, settings=settings, guard=guard)
    return tuple(_receive(event, desk) for event in parse_build_events(raw))


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What every event is handled with."""

    state: BuildState
    records: Records
    scheduler: Scheduler
    settings: FunctionSettings
    guard: Callable[[ResourceId], None]


def _receive(event: BuildEvent | Refusal, desk: _Desk) -> Reception:
    if isinstance(event, Refusal):
        _LOG.info("dropped event %s (%s): %s, %s", event.event_id, event.event_type, event.kind, event.reason)
        return Reception.DROPPED
    _LOG.info("event %s: %s, %s, %s", event.id, event.happening, event.outcome, event.resource_id)
    try:
        return _handle(event, desk)
    except DeadlinePassed as early:
        _LOG.info("%s", early.message)
        return _wait(event, desk)


def receive_again(
    job: Mapping[str, Any],
    *,
    state: BuildState,
    records: Records,
    scheduler: Scheduler,
    settings: FunctionSettings,
    guard: Callable[[ResourceId], None],
) -> dict[str, str]:
    """Look once more at an event that came early: `early` says why it still is, and is empty once it was handled."""
    desk = _Desk(state=state, records=records, scheduler=scheduler, settings=settings, guard=guard)
    try:
        _handle(BuildEvent.from_json(job), desk)
    except DeadlinePassed as early:
        return {"early": early.message}
    return {"early": ""}


def _wait(event: BuildEvent, desk: _Desk) -> Reception:
    """Let an orchestration wait, once an event; only what it needs is kept, and no claims."""
    job = {**event.to_json(), "limit_s": desk.settings.pending_limit_s}
    instance_id = instance_id_of(event.resource_id, event.happening, event.id, "early")
    started = desk.scheduler.start_once(receive_later.__name__, job, instance_id=instance_id)
    return Reception.WAITED_FOR if started else Reception.KNOWN


def _handle(event: BuildEvent, desk: _Desk) -> Reception:
    if event.happening is Happening.RUN_ENDED:
        return _of_run(event.resource_id, event.at, desk)
    if _watched(event.resource_id, desk.settings.gallery_groups, desk):
        desk.guard(event.resource_id.parent)
    return _of_version(event.resource_id, desk)


def _of_run(template_id: ResourceId, at: datetime | None, desk: _Desk) -> Reception:
    if not _watched(template_id, desk.settings.template_groups, desk):
        return _dropped(template_id, "it is not in a group of the settings")
    template = desk.state.template(template_id)
    if template is None or template.run is None:
        return _dropped(template_id, "the template is gone or was never run")
    if not template.run.ended:
        if at and template.run.started_at and at < template.run.started_at:
            return _dropped(template_id, "another run has begun since")
        raise DeadlinePassed(f"The run of {template_id} is {template.run}, not over: its event came early.")
    if not template.stamp.content_hash:
        return _dropped(template_id, "it was not submitted by imagegate")
    if failed_to_bring_a_version(template):
        return _told(start_closing(template, desk.scheduler))
    receptions = [_of_version(version_id, desk) for version_id in desk.state.output_versions(template_id)]
    if not receptions:
        return _dropped(template_id, "its run put out no version")
    return min(receptions, key=list(Reception).index)


def _of_version(version_id: ResourceId, desk: _Desk) -> Reception:
    if not _watched(version_id, desk.settings.gallery_groups, desk):
        return _dropped(version_id, "it is not in a group of the settings")
    version = desk.state.version(version_id)
    if version is None:
        return _dropped(version_id, "the version is gone")
    if not is_ours(version):
        return _dropped(version_id, "it carries no tag of imagegate")
    if has_verdict(version, desk.records):
        return _dropped(version_id, "its record has a verdict")
    if version.provisioning_state.lower() in _UNFINISHED:
        raise DeadlinePassed(f"{version_id} is {version.provisioning_state}, not done: its event came early.")
    return _told(start_verification(version, desk.scheduler, desk.settings))


def _watched(resource_id: ResourceId, groups: Sequence[str], desk: _Desk) -> bool:
    """Whether the settings put us in charge of it: an event may speak of anything, and asking is refused elsewhere."""
    mine = resource_id.subscription_id.lower() == desk.settings.subscription_id.lower()
    return mine and resource_id.resource_group.lower() in {group.lower() for group in groups}


def _told(started: bool) -> Reception:
    return Reception.SCHEDULED if started else Reception.KNOWN


def _dropped(resource_id: ResourceId, reason: str) -> Reception:
    _LOG.info("nothing to do for %s: %s", resource_id, reason)
    return Reception.DROPPED
