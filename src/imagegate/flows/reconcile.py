"""The net under lost events: look at what there is, and start what an event should have started.

1. Every version of ours without a verdict is verified; one that had none for too long has its statuses closed.
2. Every run of ours that failed or was cancelled lately has its statuses closed.

Everything is started under the name that the event would have used, so nothing is started twice.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from imagegate.errors import ServiceRefused
from imagegate.flows.scheduling import (
    claims_verdict,
    failed_to_bring_a_version,
    has_verdict,
    is_ours,
    start_closing,
    start_giving_up,
    start_verification,
)
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import ImageVersion
from imagegate.settings.function_settings import FunctionSettings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """How many of each were started by this look."""

    verifications: int
    closings: int
    given_up: int


def reconcile(
    *, state: BuildState, records: Records, scheduler: Scheduler, settings: FunctionSettings, now: datetime
) -> Reconciled:
    """Look once at all groups of the settings.

    Raises:
        ImageGateError: Azure could not be asked; the next look makes up for it.
    """
    limit = now - timedelta(seconds=settings.pending_limit_s)
    ours = [
        version
        for group in settings.gallery_groups
        for version in state.versions(group)
        if is_ours(version) and version.succeeded
    ]
    fresh = [one for one in ours if not _older(one, limit) and _is_open(one, records)]
    # Versions of older releases have a verdict's tag and no record: their statuses are right.
    old = [one for one in ours if _older(one, limit) and not claims_verdict(one)]
    failed = [
        template
        for group in settings.template_groups
        for template in state.templates(group)
        if failed_to_bring_a_version(template)
        and template.run is not None
        and (template.run.ended_at is None or template.run.ended_at >= limit)
    ]
    done = Reconciled(
        verifications=sum(start_verification(version, scheduler, settings) for version in fresh),
        closings=sum(start_closing(template, scheduler) for template in failed),
        given_up=sum(start_giving_up(version, scheduler, settings) for version in old if _is_open(version, records)),
    )
    _LOG.info("reconciled: %s", done)
    return done


def _is_open(version: ImageVersion, records: Records) -> bool:
    """Whether the version needs a verdict. A record that cannot be read keeps no other version waiting."""
    try:
        return not has_verdict(version, records)
    except ServiceRefused as error:
        _LOG.warning("%s: %s", version, error.message)
        return False


def _older(version: ImageVersion, limit: datetime) -> bool:
    return version.published_at is not None and version.published_at < limit
