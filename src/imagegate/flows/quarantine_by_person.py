"""The story of a quarantine by a person: read, record, hide the version, read back."""

from dataclasses import replace
from datetime import datetime

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import CHANGE_DEADLINE_S, VersionWish
from imagegate.gateway.records import Records
from imagegate.model import ImageVersion, ResourceId
from imagegate.model.latest_version import LatestVersion, is_hidden_everywhere
from imagegate.model.persons_decision import DecisionResult, PersonsDecision
from imagegate.model.version_record import Standing
from imagegate.report.progress import Story
from imagegate.steps.await_version_change import await_version_change
from imagegate.steps.quarantine_image_version import end_of_life
from imagegate.steps.read_standing import VersionStanding, read_standing
from imagegate.steps.record_decision import record_decision
from imagegate.steps.resolve_latest import resolve_latest
from imagegate.waiting import Deadline


def quarantine_by_person(
    cloud: Cloud,
    records: Records,
    version_id: ResourceId,
    decision: PersonsDecision,
    *,
    story: Story,
    now: datetime,
    dry_run: bool = False,
) -> DecisionResult:
    """Keep a version out of `latest` because a person says so; no proof promotes it again.

    1. Read the version, its record and the versions beside it.
    2. Record who withdraws it and why.
    3. Hide the version everywhere, and give it an end-of-life date unless it has one.
    4. Read back what `latest` resolves to.

    Raises:
        ImageVersionUnusable: the version is gone, or not made to its end.
        ResourceConflict: another decision was quicker.
    """
    with story.step("read", f"Reading {'/'.join(version_id.names)} and its record"):
        found = read_standing(cloud, records, version_id)
    hidden = replace(found.version, excluded_from_latest=True)
    expected = found.latest_with(hidden)
    result = DecisionResult(
        command="quarantine",
        was=found.record,
        record=found.record.changed(Standing.WITHDRAWN, by=decision.by, reason=decision.reason, now=now),
        changes=_changes(found, now),
        dry_run=dry_run,
        latest=expected,
        sentence=_sentence(found, expected),
    )
    if not result.changes:
        return replace(result, record=found.record, timings_s=story.timings)
    if dry_run:
        return result.as_planned(story.timings)
    with story.step("record", "Recording the decision"):
        ended = record_decision(records, found.stored, Standing.WITHDRAWN, decision, now=now)
    with story.step("quarantine", "Keeping it out of latest"):
        wish = VersionWish(excluded=True, end_of_life=_end_of_life(found.version, now))
        await_version_change(cloud, version_id, wish, deadline=Deadline.after(CHANGE_DEADLINE_S, story.clock))
    with story.step("latest", "Reading what latest resolves to"):
        latest = resolve_latest(cloud, found.version.definition_id)
    sentence = _sentence(found, latest)
    return replace(result, record=ended.document, latest=latest, sentence=sentence, timings_s=story.timings)


def _end_of_life(version: ImageVersion, now: datetime) -> str | None:
    """A date for a version without one; None leaves the date."""
    return None if version.end_of_life_at else end_of_life(now)


def _changes(found: VersionStanding, now: datetime) -> tuple[str, ...]:
    hidden, ends = is_hidden_everywhere(found.version), _end_of_life(found.version, now)
    if found.record.standing is Standing.WITHDRAWN and hidden and not ends:
        return ()
    return (
        f"record: {found.record.standing} -> {Standing.WITHDRAWN}",
        *(() if hidden else ("excludeFromLatest: false -> true, in every region",)),
        *((f"end-of-life date: none -> {ends[:10]}",) if ends else ()),
    )


def _sentence(found: VersionStanding, latest: LatestVersion) -> str:
    """What `latest` resolves to without the version."""
    if still := latest.regions_of(found.version.version):
        return f"Quarantined, but latest still resolves to it in {', '.join(still)}."
    if not any(latest.by_region.values()):
        return "Quarantined: latest is empty, no version of the definition is visible."
    before = "now" if found.latest.regions_of(found.version.version) else "as before"
    return f"Quarantined: latest resolves to {latest} {before}."
