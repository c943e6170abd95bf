"""What the guard remembers after a look, for its next ones; pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from imagegate.model.guard_decision import Act, Action
from imagegate.model.guard_look import GuardLook
from imagegate.model.sightings import Sightings, Tally

_FORGOTTEN_AFTER = timedelta(days=30)


def remember(look: GuardLook, actions: Sequence[Action], done: Collection[Action]) -> Sightings:
    """The sightings after a look; `done` are the changes that the gallery accepted."""
    old = look.sightings
    visible = {one.edition for one in look.versions if one.edition and one.visible_in}
    against = {one.version.edition for one in actions if one.act in {Act.HIDE, Act.WAIT} and not one.only_reported}
    hides = {
        edition: tally
        for edition, tally in old.hides.items()
        if edition not in visible - against and look.now - tally.at < _FORGOTTEN_AFTER
    }
    shows = dict(old.shows) if any(one.act is not Act.REPORT for one in actions) else {}
    return Sightings(
        visible_since={edition: old.visible_since.get(edition, look.now) for edition in sorted(visible - against)},
        lapsed=old.lapsed | _lapsed(look, visible, actions),
        hides=_counted(hides, done, Act.HIDE, look.now),
        shows=_counted(shows, done, Act.SHOW, look.now),
    )


def _lapsed(look: GuardLook, visible: Collection[str], actions: Sequence[Action]) -> frozenset[str]:
    """Versions of the baseline that are now hidden or gone, but for one that this look shows again."""
    there = {one.edition for one in look.versions}
    shown = {one.version.edition for one in actions if one.act in {Act.SHOW, Act.WAIT}}
    return frozenset(
        edition
        for edition, entry in look.baseline.entries.items()
        if entry.visible_in and edition not in visible and edition not in shown
        if edition in there or edition in look.gone
    )


def _counted(tallies: Mapping[str, Tally], done: Collection[Action], act: Act, now: datetime) -> dict[str, Tally]:
    changed = {one.version.edition for one in done if one.act is act}
    known = {edition: tallies[edition].count if edition in tallies else 0 for edition in changed}
    return {**tallies, **{edition: Tally(count=count + 1, at=now) for edition, count in known.items()}}
