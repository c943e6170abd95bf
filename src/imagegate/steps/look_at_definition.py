"""Reads what the guard needs to judge the versions of an image definition; changes none of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from imagegate.gateway.build_state import BuildState
from imagegate.gateway.records import Records
from imagegate.model import ImageVersion, ResourceId
from imagegate.model.baseline import Baseline
from imagegate.model.guard_look import GuardLook
from imagegate.model.guard_marks import MarkedDefinition
from imagegate.model.sightings import Sightings
from imagegate.model.version_record import VersionRecord
from imagegate.steps.write_baseline import write_baseline


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A look, why nothing may be changed (or ""), and the ETag of the sightings that it was made with."""

    look: GuardLook
    reports_only: str
    etag: str | None


def look_at_definition(
    state: BuildState,
    records: Records,
    definition: MarkedDefinition,
    *,
    records_url: str,
    named: Collection[str],
    now: datetime,
) -> Seen | None:
    """Look once; None where the definition is not guarded. The first look writes the baseline.

    Versions are read before their records, and a promotion writes its record first: none is seen without it.
    """
    versions = tuple(state.versions_of(definition.id))
    charge = definition.charge(versions, records=records_url, named=named)
    if charge is None:
        return None
    baseline = write_baseline(records, definition.id, versions, since=charge.since, now=now)
    sightings = records.find_sightings(definition.id)
    look = GuardLook(
        versions=versions,
        record_of=_Reader(records),
        baseline=baseline,
        sightings=sightings.document,
        now=now,
        gone=_gone(state, definition.id, versions, baseline, sightings.document),
    )
    return Seen(look=look, reports_only=charge.reports_only, etag=sightings.etag)


class _Reader:
    """The stored record of a version, read once a look."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[str, VersionRecord | None] = {}

    def __call__(self, version: ImageVersion) -> VersionRecord | None:
        if version.published_at is None:
            return None
        if version.edition not in self._known:
            stored = self._records.find(VersionRecord.of(version))
            self._known[version.edition] = stored.document if stored.etag is not None else None
        return self._known[version.edition]


def _gone(
    state: BuildState,
    definition_id: ResourceId,
    versions: Collection[ImageVersion],
    baseline: Baseline,
    sightings: Sightings,
) -> frozenset[str]:
    """Versions of the baseline that the list lacks and that are not there when they are asked for: a list may lag."""
    there = {version.edition for version in versions}
    missing = [
        edition
        for edition, entry in baseline.entries.items()
        if entry.visible_in and edition not in there and edition not in sightings.lapsed
    ]
    asked = {edition: state.version(definition_id.child("versions", edition.partition("/")[0])) for edition in missing}
    return frozenset(edition for edition, found in asked.items() if found is None or found.edition != edition)
