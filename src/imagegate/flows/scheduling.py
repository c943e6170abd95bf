"""What is started for a version and for a build that brought none, under names that duplicates share."""

import hashlib
from typing import Any

from imagegate.gateway.scheduler import Scheduler
from imagegate.model import VERDICT_TAG, ImageVersion, ResourceId, RunState, Stamp
from imagegate.model.built_template import BuiltTemplate

VERIFY = "verify"
CLOSE_FAILED_BUILD = "close_failed_build"
GIVE_UP = "give_up"
_OUR_TAG_PREFIX = "imagegate-"
_GOOD = {RunState.SUCCEEDED, RunState.PARTIALLY_SUCCEEDED}


def is_ours(version: ImageVersion) -> bool:
    """Whether imagegate had the version built: it carries a stamp or a smoke part."""
    return any(name.lower().startswith(_OUR_TAG_PREFIX) for name in version.tags)


def has_verdict(version: ImageVersion) -> bool:
    """Whether somebody has given a verdict already; writing that is an event of its own."""
    return any(name.lower() == VERDICT_TAG for name in version.tags)


def failed_to_bring_a_version(template: BuiltTemplate) -> bool:
    """Whether imagegate's last run of the template is over and ended in another way than success."""
    run = template.run
    return bool(template.stamp.content_hash) and run is not None and run.ended and run.state not in _GOOD


def instance_id_of(*parts: object) -> str:
    """A name made of what must be unique: 64 hexadecimal digits, the same whatever the capitals.

    Instance ids end at 256 characters and take no slashes (Durable Task extension).
    """
    return hashlib.sha256("\n".join(str(part).lower() for part in parts).encode()).hexdigest()


def start_verification(version: ImageVersion, scheduler: Scheduler) -> bool:
    """Start the verification of a version; False when that build of it is under way or done."""
    run = Stamp.from_tags(version.tags).run
    return scheduler.start_once(VERIFY, _verify_job(version.id), instance_id=instance_id_of(version.id, run))


def start_closing(template: BuiltTemplate, scheduler: Scheduler) -> bool:
    """Start closing the statuses of a run that failed or was cancelled; False when that was done."""
    run = template.run
    begun = run.started_at.isoformat() if run and run.started_at else ""
    job = {
        "template_id": str(template.id),
        **{name: getattr(template.stamp, name) for name in ("repository", "commit", "ref", "run")},
        "run_status": run.to_json() if run else None,
    }
    return scheduler.start_once(CLOSE_FAILED_BUILD, job, instance_id=instance_id_of(template.id, begun))


def start_giving_up(version: ImageVersion, scheduler: Scheduler) -> bool:
    """Start closing the statuses of a version that got no verdict in time; False when that was done."""
    stamp = Stamp.from_tags(version.tags)
    job = {"version_id": str(version.id), "repository": stamp.repository, "commit": stamp.commit}
    return scheduler.start_once(GIVE_UP, job, instance_id=instance_id_of(version.id, stamp.run, GIVE_UP))


def _verify_job(version_id: ResourceId) -> dict[str, Any]:
    return {"version_id": str(version_id)}
