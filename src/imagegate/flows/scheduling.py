"""What is started for a version, and for a build that brought none, under names that duplicates share."""

import hashlib
from datetime import datetime
from typing import Any

from imagegate.flows.close_failed_build import close_failed_build
from imagegate.flows.give_up import give_up
from imagegate.flows.promote_late import promote_late
from imagegate.flows.verify_for_commit import verify_for_commit
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import VERDICT_TAG, ImageTemplate, ImageVersion, RunState, Stamp
from imagegate.model.commit_status import CommitStatus
from imagegate.model.published_schema import is_image_name
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.settings.function_settings import FunctionSettings

_OUR_TAG_PREFIX = "imagegate-"
_GOOD = {RunState.SUCCEEDED, RunState.PARTIALLY_SUCCEEDED}
_RUN_LENGTH = 12
_MARGIN_S = 3600
"""For the verification before the decision, and for the timer after it."""


def is_ours(version: ImageVersion) -> bool:
    """Whether imagegate had the version built: it carries a stamp or a smoke part."""
    return any(name.lower().startswith(_OUR_TAG_PREFIX) for name in version.tags)


def has_verdict(version: ImageVersion, records: Records) -> bool:
    """Whether a verification ended or somebody decided: its record says so. Its tags can be written by others."""
    if version.published_at is None:
        return False
    record = records.find(VersionRecord.of(version)).document
    return bool(record.verdict) or record.standing is not Standing.RECORDED


def claims_verdict(version: ImageVersion) -> bool:
    """Whether a tag says that there was a verdict: enough to leave the statuses of an old version alone."""
    return any(name.lower() == VERDICT_TAG for name in version.tags)


def failed_to_bring_a_version(template: ImageTemplate) -> bool:
    """Whether imagegate's last run of the template is over and ended in another way than success."""
    run = template.run
    return bool(template.stamp.content_hash) and run is not None and run.ended and run.state not in _GOOD


def instance_id_of(*parts: object) -> str:
    """A name made of what must be unique: 64 hexadecimal digits, the same whatever the capitals.

    Instance ids end at 256 characters and take no slashes (Durable Task extension).
    """
    return hashlib.sha256("\n".join(str(part).lower() for part in parts).encode()).hexdigest()


def start_verification(version: ImageVersion, scheduler: Scheduler, settings: FunctionSettings) -> bool:
    """Start the verification of a version; False when that build of it is under way or done."""
    stamp = Stamp.from_tags(version.tags)
    instance_id = instance_id_of(version.id, stamp.run)
    job = {
        "image_version_id": str(version.id),
        "run": instance_id[:_RUN_LENGTH],
        "subscription_id": settings.subscription_id,
        "resource_group": settings.smoke_group,
        "limit_s": _decision_limit_s(settings),
        **settings.smoke_limits.to_job(records_container=settings.records_container, wait_s=settings.pending_limit_s),
        "guard_enforces": settings.guard_enforces,
        **_commit_of(stamp),
    }
    return scheduler.start_once(verify_for_commit.__name__, job, instance_id=instance_id)


def start_late_promotion(version: ImageVersion, record: VersionRecord, scheduler: Scheduler, *, now: datetime) -> bool:
    """Start the promotion of a version whose proof came late; False when that was tried today."""
    job = {
        "image_version_id": str(version.id),
        "published_at": record.published_at.isoformat(),
        "verdict": record.verdict,
        "may_promote": record.may_promote,
        "limit_s": 0,
        **_commit_of(Stamp.from_tags(version.tags)),
    }
    instance_id = instance_id_of(version.id, job["published_at"], "promote late", now.date())
    return scheduler.start_once(promote_late.__name__, job, instance_id=instance_id)


def _decision_limit_s(settings: FunctionSettings) -> int:
    """How long the decision waits for a proof: less than a status may stay pending, so that the status says why."""
    return max(settings.pending_limit_s - _MARGIN_S, settings.pending_limit_s // 2)


def start_closing(template: ImageTemplate, scheduler: Scheduler) -> bool:
    """Start closing the statuses of a run that failed or was cancelled; False when that was done."""
    run = template.run
    begun = run.started_at.isoformat() if run and run.started_at else ""
    job = {"template_id": str(template.id), "run_started_at": begun, **_commit_of(template.stamp)}
    return scheduler.start_once(close_failed_build.__name__, job, instance_id=instance_id_of(template.id, begun))


def start_giving_up(version: ImageVersion, scheduler: Scheduler, settings: FunctionSettings) -> bool:
    """Start closing the status of a version that got no verdict in time; False when that was done."""
    stamp = Stamp.from_tags(version.tags)
    job = {"image_version_id": str(version.id), "limit_s": settings.pending_limit_s, **_commit_of(stamp)}
    return scheduler.start_once(give_up.__name__, job, instance_id=instance_id_of(version.id, stamp.run, "give up"))


def start_giving_up_status(status: CommitStatus, scheduler: Scheduler, settings: FunctionSettings) -> bool:
    """Start closing a status that nothing else will close; False when that was done for the same posting."""
    job = {
        "limit_s": settings.pending_limit_s,
        "repository": status.repository,
        "commit": status.commit,
        "context": status.context,
        "run_of_build": status.record.run if status.record else "",
    }
    at = status.at.isoformat() if status.at else ""
    instance_id = instance_id_of(status.repository, status.commit, status.context, at)
    return scheduler.start_once(give_up.__name__, job, instance_id=instance_id)


def _commit_of(stamp: Stamp) -> dict[str, Any]:
    """Whose status it is; a version of an older release carries no name of its image, and a tag may hold anything."""
    return {
        "image": stamp.image if is_image_name(stamp.image) else "",
        "repository": stamp.repository,
        "commit": stamp.commit,
        "ref": stamp.ref,
        "run_of_build": stamp.run,
    }
