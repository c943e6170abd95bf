"""Promotes versions whose proof came late: after their verification had stopped waiting, and within seven days.

1. Of all versions take those that are new enough, hidden, and of a ref that may become `latest`.
2. Their record says whether only the proof was missing, and since when.
3. Where there is a good proof by now, start the promotion.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from imagegate.errors import ImageGateError
from imagegate.flows.scheduling import start_late_promotion
from imagegate.gateway.blobs import Container
from imagegate.gateway.build_state import BuildState
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.records import Records
from imagegate.gateway.scheduler import Scheduler
from imagegate.model import ImageVersion, Stamp, Verdict
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.settings.function_settings import FunctionSettings
from imagegate.steps.check_proof import Verifier, check_proof

_LOG = logging.getLogger(__name__)
_LOOK_ON = timedelta(days=7)
"""From the verdict on. Proofs are deleted after as long."""

_BROKE_OFF = timedelta(hours=1)
"""A promotion that goes on takes half an hour at most."""

_UNDECIDED = {Standing.RECORDED, Standing.PROMOTING}
"""What was begun and did not end is gone on with."""


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What every version is looked at with."""

    cloud: Cloud
    verifier: Verifier
    settings: FunctionSettings
    now: datetime

    @property
    def limit(self) -> timedelta:
        """As long as that `decide_promotion` waits itself."""
        return timedelta(seconds=self.settings.pending_limit_s)


def reconcile_promotions(
    *,
    cloud: Cloud,
    state: BuildState,
    scheduler: Scheduler,
    verifier: Verifier,
    settings: FunctionSettings,
    now: datetime,
) -> int:
    """Look once; how many promotions were started. A version that cannot be asked about keeps no other from its own.

    Raises:
        ImageGateError: Azure could not be asked for the versions; the next look makes up for it.
    """
    look = _Look(cloud=cloud, verifier=verifier, settings=settings, now=now)
    started = 0
    for version in _recent_versions(state, look):
        try:
            record = _waiting_record(version, look)
            if record is not None and _may_be_latest(version, look):
                _LOG.info("the proof of %s came late", version)
                started += start_late_promotion(version, record, scheduler, now=now)
        except ImageGateError as error:
            _LOG.warning("a late proof of %s is not looked for: %s", version, error.message.splitlines()[0])
    return started


def _recent_versions(state: BuildState, look: _Look) -> Iterator[ImageVersion]:
    """New enough, complete, and of a ref on the list: a tag may keep its version back, and lets none pass."""
    oldest = look.now - look.limit - _LOOK_ON - timedelta(days=1)
    for group in look.settings.gallery_groups:
        for version in state.versions(group):
            new = version.published_at is not None and version.published_at >= oldest
            if new and version.succeeded and _of_a_ref_that_may(version, look):
                yield version


def _of_a_ref_that_may(version: ImageVersion, look: _Look) -> bool:
    """Whether the version's ref is on the list; without a list GitHub decides later which branch may."""
    rules, ref = look.verifier.rules, Stamp.from_tags(version.tags).ref
    return rules.promotes(ref) if rules.promoted_refs else ref.startswith("refs/heads/")


def _waiting_record(version: ImageVersion, look: _Look) -> VersionRecord | None:
    """The record that says that only the proof is missing, and that nobody waits for it any longer."""
    found = Records(Container(look.cloud, look.settings.records_container)).find(VersionRecord.of(version)).document
    if found.standing not in _UNDECIDED or found.verdict != Verdict.PASSED or not found.may_promote:
        return None
    broke_off = found.standing is Standing.PROMOTING
    if not broke_off and not version.hidden_in:
        return None
    least = _BROKE_OFF if broke_off else look.limit
    if found.changed_at is None or not least <= look.now - found.changed_at <= look.limit + _LOOK_ON:
        return None
    return found


def _may_be_latest(version: ImageVersion, look: _Look) -> bool:
    assert version.published_at is not None  # noqa: S101 - see `_recent_versions`
    job = {"image_version_id": str(version.id), "published_at": version.published_at.isoformat()}
    found = check_proof(look.cloud, look.verifier, job)
    return found["state"] == "speaks" and not found["hidden"]
