"""The verdict over all regions, and what it means for `latest`; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from imagegate.model import Promote, TeardownResult
from imagegate.model.verification import Cause, RegionOutcome

_WORST_FIRST = (
    Cause.INTERRUPTED,
    Cause.IMAGE,
    Cause.DEFECT,
    Cause.NOT_AUTHORISED,
    Cause.SERVICE,
    Cause.POLICY,
    Cause.UNREACHED,
    Cause.CAPACITY,
    Cause.THROTTLING,
    Cause.LIMIT,
    Cause.UNUSABLE,
    Cause.NONE,
)


_WAITING = "Not promoted: its origin is not proved yet."


class Consequence(StrEnum):
    """What becomes of the version; the value is the step that does it."""

    QUARANTINE = "quarantine_image_version"
    RECORD = "record_verdict"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A consequence and its reason, as a sentence for people. `may_promote`: only the proof of origin is missing."""

    consequence: Consequence
    reason: str
    may_promote: bool = False


def decide_cause(regions: Sequence[RegionOutcome]) -> tuple[Cause, str]:
    """The cause that stands for all regions, with its reason: one region that failed fails the image."""
    decisive = min(regions, key=lambda region: _WORST_FIRST.index(region.cause))
    place = f"{decisive.region}: " if len(regions) > 1 else ""
    if decisive.cause is Cause.NONE:
        if silent := [region.region for region in regions if not region.probes]:
            return Cause.DEFECT, f"No probe was asked in {', '.join(silent)}: nothing is known about the image."
        count = sum(len(region.probes) for region in regions)
        where = ", ".join(region.region for region in regions)
        return Cause.NONE, f"It booted in {where} and answered {count} probe{'' if count == 1 else 's'} as expected."
    return decisive.cause, f"{place}{decisive.reason}"


def decide_teardown(regions: Sequence[RegionOutcome], left: Sequence[str]) -> TeardownResult:
    """Kept on purpose, complete, or incomplete: the result is `complete` only when nothing is left."""
    results = {region.teardown for region in regions}
    if TeardownResult.INCOMPLETE in results:
        return TeardownResult.INCOMPLETE
    if TeardownResult.KEPT in results:
        return TeardownResult.KEPT
    return TeardownResult.INCOMPLETE if left else TeardownResult.COMPLETE


def decide_consequence(*, cause: Cause, teardown: TeardownResult, promote: Promote) -> Decision:
    """What to do with the version. Only a pass with nothing left may become `latest`, once its origin is proved."""
    if cause is Cause.IMAGE:
        return Decision(consequence=Consequence.QUARANTINE, reason="It failed: it stays out of latest.")
    if cause is Cause.INTERRUPTED:
        return Decision(consequence=Consequence.NOTHING, reason="Interrupted: the version is left as it is.")
    if cause is not Cause.NONE:
        return Decision(consequence=Consequence.RECORD, reason="Nothing was learnt about it: latest stays as it is.")
    if teardown is TeardownResult.INCOMPLETE:
        return Decision(consequence=Consequence.RECORD, reason="Not promoted: something of the smoke VM is left.")
    if teardown is TeardownResult.KEPT:
        return Decision(
            consequence=Consequence.RECORD,
            reason="Not promoted: the smoke VM was kept (remove it: `imagegate sweep --older-than 0s`).",
        )
    if promote is not Promote.ON_PASS:
        return Decision(consequence=Consequence.RECORD, reason="Not promoted: imagegate.yaml says promote: never.")
    return Decision(consequence=Consequence.RECORD, reason=_WAITING, may_promote=True)
