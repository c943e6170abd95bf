"""What the guard does about one image definition: a pure function of one look.

`latest` is never emptied by hiding a version where one that was promoted, or was visible from the beginning, can be
shown first. Where there is none, the version is hidden, and the reason says that `latest` is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from imagegate.model.guard_look import GuardLook, Judgement, judge
from imagegate.model.image_version import ImageVersion
from imagegate.model.version_record import Standing

ALERT_FROM = 3
_MOST_SHOWS = 3
"""After so many attempts to show another version first, the offending one is hidden without it."""


class Act(StrEnum):
    """What happens to a version."""

    SHOW = "show"
    HIDE = "hide"
    WAIT = "wait"
    REPORT = "report"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One version, what happens to it, and why as a sentence without its end.

    Args:
        regions: where it is hidden; of the other acts those that are spoken of.
        whole: the version is hidden everywhere, not only in `regions`.
        alert: somebody has to look at it.
        only_reported: nothing is changed; the look says what it would do.
    """

    act: Act
    version: ImageVersion
    reason: str
    regions: frozenset[str] = frozenset()
    whole: bool = True
    alert: bool = False
    only_reported: bool = False

    def __str__(self) -> str:
        verb = f"would {self.act}" if self.only_reported and self.act is not Act.REPORT else str(self.act)
        return f"{verb} {self.version}: {self.reason}."


def decide(look: GuardLook, *, enforce: bool) -> tuple[Action, ...]:
    """The actions of a look, in their order; without `enforce` all of them are only reported."""
    judged = [judge(version, look) for version in _usable(look.versions) if version.visible_in]
    offences = [one for one in judged if one.offending]
    actions = [Action(act=Act.REPORT, version=one.version, reason=one.reason, alert=True) for one in judged if one.lost]
    actions += _repairs(look)
    stand_ins, deferred = _stand_ins(look, judged, offences)
    actions += stand_ins
    staying = [one for one in judged if not one.offending]
    for offence in offences:
        actions.append(_on(offence, look, deferred=deferred & offence.offending, staying=staying))
    return tuple(actions if enforce else (replace(one, only_reported=True, alert=False) for one in actions))


def _usable(versions: Sequence[ImageVersion]) -> list[ImageVersion]:
    """The versions that are there, highest number first; one that is deleted, softly or not, is none."""
    there = [one for one in versions if one.edition and not one.provisioning_state.lower().startswith("delet")]
    return sorted(there, key=lambda one: one.number, reverse=True)


def _repairs(look: GuardLook) -> list[Action]:
    """Versions that were promoted in the moment in which the guard hid them."""
    return [
        Action(act=Act.SHOW, version=one, reason="it was promoted while the guard hid it")
        for one in _usable(look.versions)
        if one.edition in look.sightings.hides and not one.visible_in and not one.pending and _promoted(one, look)
    ]


def _stand_ins(
    look: GuardLook, judged: Sequence[Judgement], offences: Sequence[Judgement]
) -> tuple[list[Action], frozenset[str]]:
    """What has to be shown before the offending versions are hidden, and the regions that wait for it."""
    good = {one.version.edition: one for one in judged if one.good_in}
    coming = [one for one in good.values() if one.version.pending and one.version.edition in look.sightings.shows]
    covered = frozenset[str]().union(*(one.good_in for one in good.values() if one not in coming))
    uncovered = frozenset[str]().union(*(one.offending for one in offences)) - covered
    for one in coming:
        if filled := uncovered & one.good_in:
            return [], _unless_vain(one.version, filled, look)
    for version in _candidates(look) if uncovered else ():
        if filled := uncovered & version.hidden_in:
            return [_show_first(version, filled)], _unless_vain(version, filled, look)
    return [], frozenset()


def _show_first(version: ImageVersion, regions: frozenset[str]) -> Action:
    if version.pending:
        state = f'its provisioning state is "{version.provisioning_state}", and it is to be shown first'
        return Action(act=Act.WAIT, version=version, reason=state, regions=regions)
    return Action(act=Act.SHOW, version=version, reason="no other promoted version is visible", regions=regions)


def _unless_vain(version: ImageVersion, regions: frozenset[str], look: GuardLook) -> frozenset[str]:
    """The regions that wait for the version; none once it was shown too often without being seen visible."""
    tally = look.sightings.shows.get(version.edition)
    return frozenset() if tally is not None and tally.count >= _MOST_SHOWS else regions


def _candidates(look: GuardLook) -> list[ImageVersion]:
    """Promoted versions, then those of the baseline that nothing speaks against; the highest number first."""
    hidden = [one for one in _usable(look.versions) if one.hidden_in and (one.succeeded or one.pending)]
    promoted = [one for one in hidden if _promoted(one, look)]
    first = [one for one in hidden if one not in promoted and _still_in_baseline(one, look)]
    return [*promoted, *first]


def _promoted(version: ImageVersion, look: GuardLook) -> bool:
    record = look.record_of(version)
    return record is not None and record.standing is Standing.PROMOTED


def _still_in_baseline(version: ImageVersion, look: GuardLook) -> bool:
    record = look.record_of(version)
    withdrawn = record is not None and record.standing is Standing.WITHDRAWN
    entry = look.baseline.entry(version)
    # One that is visible anywhere is there already: what it hides elsewhere was hidden from the beginning.
    return (
        entry is not None and not version.visible_in and version.edition not in look.sightings.lapsed and not withdrawn
    )


def _on(offence: Judgement, look: GuardLook, *, deferred: frozenset[str], staying: Sequence[Judgement]) -> Action:
    version, regions = offence.version, offence.offending
    tally = look.sightings.hides.get(version.edition)

    def wait(reason: str) -> Action:
        return Action(act=Act.WAIT, version=version, reason=f"{offence.reason}; {reason}", regions=regions)

    if not version.succeeded:
        return wait(f'its provisioning state is "{version.provisioning_state}"')
    if deferred:
        return wait("another version is shown first")
    if tally is not None and look.now < tally.due_at:
        return wait(f"it was hidden {tally.count} times, and is again at {tally.due_at:%H:%M:%S} UTC")
    empty = regions - frozenset[str]().union(*(one.version.visible_in for one in staying))
    leaves = f"; latest is then empty in {', '.join(sorted(empty))}" if empty else ""
    return Action(
        act=Act.HIDE,
        version=version,
        reason=f"{offence.reason}{leaves}",
        regions=regions,
        whole=regions == version.visible_in,
        alert=tally is not None and tally.count + 1 >= ALERT_FROM,
    )
