"""The story of a promotion by a person: read, record, show the version, read back."""

from dataclasses import replace
from datetime import datetime

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import CHANGE_DEADLINE_S, VersionWish
from imagegate.gateway.records import Records
from imagegate.model import VERDICT_TAG, ImageVersion, ResourceId, Verdict
from imagegate.model.latest_version import is_visible_everywhere, promotion_sentence
from imagegate.model.persons_decision import DecisionResult, PersonsDecision
from imagegate.model.version_record import Standing
from imagegate.report.progress import Story
from imagegate.steps.await_version_change import await_version_change
from imagegate.steps.hide_image_version import NOT_HIDDEN
from imagegate.steps.read_standing import VersionStanding, read_standing
from imagegate.steps.record_decision import record_decision
from imagegate.steps.resolve_latest import resolve_latest
from imagegate.waiting import Deadline


def promote_by_person(
    cloud: Cloud,
    records: Records,
    version_id: ResourceId,
    decision: PersonsDecision,
    *,
    story: Story,
    now: datetime,
    dry_run: bool = False,
) -> DecisionResult:
    """Let `latest` resolve to the version because a person says so, whatever its verdict and without a proof.

    1. Read the version, its record and the versions beside it.
    2. Record who promotes it and why, and move the definition's pointer.
    3. Show the version in all of its regions, and record that.
    4. Read back what `latest` resolves to.

    Raises:
        ImageVersionUnusable: the version is gone, or not made to its end.
        ResourceConflict: another decision was quicker.
    """
    with story.step("read", f"Reading {'/'.join(version_id.names)} and its record"):
        found = read_standing(cloud, records, version_id)
    shown = _shown(found.version)
    result = DecisionResult(
        command="promote",
        was=found.record,
        record=found.record.changed(Standing.PROMOTED, by=decision.by, reason=decision.reason, now=now),
        changes=_changes(found),
        dry_run=dry_run,
        latest=found.latest_with(shown),
        sentence=promotion_sentence(shown, found.latest_with(shown)),
        warnings=_warnings(found),
    )
    if not result.changes:
        return replace(result, record=found.record, timings_s=story.timings)
    if dry_run:
        return result.as_planned(story.timings)
    with story.step("record", "Recording the decision"):
        begun = record_decision(records, found.stored, Standing.PROMOTING, decision, now=now)
    with story.step("promote", "Letting latest resolve to it"):
        deadline = Deadline.after(CHANGE_DEADLINE_S, story.clock)
        wish = VersionWish(excluded=False, end_of_life="", tags=NOT_HIDDEN)
        await_version_change(cloud, version_id, wish, deadline=deadline)
        ended = record_decision(records, begun, Standing.PROMOTED, decision, now=now)
    with story.step("latest", "Reading what latest resolves to"):
        latest = resolve_latest(cloud, found.version.definition_id)
    return replace(
        result,
        record=ended.document,
        latest=latest,
        sentence=promotion_sentence(found.version, latest),
        timings_s=story.timings,
    )


def _shown(version: ImageVersion) -> ImageVersion:
    regions = tuple(replace(region, excluded_from_latest=False) for region in version.regions)
    return replace(version, excluded_from_latest=False, regions=regions, end_of_life_at=None)


def _changes(found: VersionStanding) -> tuple[str, ...]:
    visible = is_visible_everywhere(found.version)
    if found.record.standing is Standing.PROMOTED and visible:
        return ()
    ends = found.version.end_of_life_at
    return (
        f"record: {found.record.standing} -> {Standing.PROMOTED}",
        *(() if visible else ("excludeFromLatest: true -> false, in every region",)),
        *((f"end-of-life date: {ends:%Y-%m-%d} -> none",) if ends else ()),
    )


def _warnings(found: VersionStanding) -> tuple[str, ...]:
    """Warnings for the person who promotes; they stop nothing."""
    record, tag = found.record, found.version.tags.get(VERDICT_TAG, "")
    warnings = []
    if record.verdict and record.verdict != Verdict.PASSED:
        warnings.append(f'It did not pass: its verdict was "{record.verdict}".')
    elif not record.verdict:
        tagged = f' Its tag says "{tag}", and a tag proves nothing.' if tag else ""
        warnings.append(f"It was not verified: no record has a verdict.{tagged}")
    if record.standing is Standing.WITHDRAWN:
        since = f" on {record.changed_at:%Y-%m-%d}" if record.changed_at else ""
        warnings.append(f"It was withdrawn{since} by {record.by}: {record.reason}. This promotion takes that back.")
    return tuple(warnings)
