"""One look of the guard at an image definition, and what it has against each version that is visible."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imagegate.model.baseline import Baseline
from imagegate.model.image_version import ImageVersion
from imagegate.model.sightings import Sightings
from imagegate.model.version_record import Standing, VersionRecord

LOST_AFTER = timedelta(days=1)
"""A version that looks saw visible for longer once had a record: the record was lost, and production may use it."""

_ALLOWED = {Standing.PROMOTED, Standing.PROMOTING}
NO_RECORD = "no record says that it was promoted"


@dataclass(frozen=True, kw_only=True)
class GuardLook:
    """What one look found.

    Args:
        record_of: the stored record of a version; None where there is none.
        gone: editions of the baseline that were asked for and are not there.
    """

    versions: tuple[ImageVersion, ...]
    record_of: Callable[[ImageVersion], VersionRecord | None]
    baseline: Baseline
    sightings: Sightings
    now: datetime
    gone: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A visible version: `offending` are the regions where it must not be visible, and `reason` says why not.

    `lost`: nothing may be done to it although it has no record.
    """

    version: ImageVersion
    offending: frozenset[str] = frozenset()
    reason: str = ""
    lost: bool = False

    @property
    def good_in(self) -> frozenset[str]:
        """The regions where it is rightly visible."""
        return frozenset() if self.lost else self.version.visible_in - self.offending


def judge(version: ImageVersion, look: GuardLook) -> Judgement:
    """What speaks against a version that is visible. Its tags, and who made it, count for nothing."""
    record, visible = look.record_of(version), version.visible_in
    if record is not None and record.standing in _ALLOWED:
        return Judgement(version=version)
    if record is not None and record.standing is Standing.WITHDRAWN:
        return Judgement(version=version, offending=visible, reason=f"it was withdrawn by {record.by}: {record.reason}")
    known = look.baseline.entry(version)
    if known is not None and version.edition not in look.sightings.lapsed:
        return Judgement(
            version=version,
            offending=visible & known.hidden_in,
            reason="it was hidden there when the guard began" if visible & known.hidden_in else "",
        )
    seen = look.sightings.visible_since.get(version.edition)
    if record is None and seen is not None and look.now - seen > LOST_AFTER:
        return Judgement(version=version, reason=f"{NO_RECORD}, but it is visible since {seen:%Y-%m-%d}", lost=True)
    return Judgement(version=version, offending=visible, reason=_against(record, lapsed=known is not None))


def _against(record: VersionRecord | None, *, lapsed: bool) -> str:
    if lapsed:
        return f"it was hidden since the guard began, and {NO_RECORD}"
    if record is not None and record.verdict:
        return f"its verdict is {record.verdict}, and {NO_RECORD}"
    return NO_RECORD
