"""Which image definitions are guarded, and by which records: the tags that set-up leaves on gallery and definition."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from imagegate.model.image_version import ImageVersion
from imagegate.model.resource_id import ResourceId
from imagegate.model.run import parse_time
from imagegate.model.stamp import OWNER, OWNER_TAG

RECORDS_TAG = "imagegate-records"
"""The address of the container of records: a Function with other records changes nothing here."""

GUARDED_SINCE_TAG = "imagegate-guarded-since"
ALL_DEFINITIONS = "*"


@dataclass(frozen=True, kw_only=True)
class GuardMarks:
    """What set-up wrote on a gallery or an image definition; `owned` says that set-up made it."""

    owned: bool = False
    records: str = ""
    since: datetime | None = None

    @classmethod
    def from_tags(cls, tags: Mapping[str, object] | None) -> Self:
        """From a resource's tags; tag names compare without case."""
        known = {str(name).lower(): str(value) for name, value in (tags or {}).items()}
        return cls(
            owned=known.get(OWNER_TAG) == OWNER,
            records=known.get(RECORDS_TAG, "").rstrip("/"),
            since=parse_time(known.get(GUARDED_SINCE_TAG)),
        )


@dataclass(frozen=True, kw_only=True)
class MarkedDefinition:
    """An image definition with its own marks and those of its gallery."""

    id: ResourceId
    own: GuardMarks
    gallery: GuardMarks

    def charge(self, versions: Sequence[ImageVersion], *, records: str, named: Collection[str]) -> "Charge | None":
        """How a Function with these records guards it; None where it does not.

        `named`: definitions that the owner adds, as `gallery/definition` in lower case. A definition without marks
        in a gallery that set-up made is a later one if no version of it is older than the gallery's mark.
        """
        asked_for = "/".join(self.id.names).lower() in named or ALL_DEFINITIONS in named
        later = self.gallery.since is not None and all(
            one.published_at is None or one.published_at > self.gallery.since for one in versions
        )
        marks = self.own if self.own.records or not (self.gallery.owned and later) else self.gallery
        if not asked_for and not marks.owned:
            return None
        return Charge(since=marks.since, reports_only=_why_reports_only(marks, records, asked_for=asked_for))


@dataclass(frozen=True, kw_only=True)
class Charge:
    """`reports_only`: why nothing may be changed, or ""; `since`: what was published later is in no baseline."""

    since: datetime | None
    reports_only: str


def _why_reports_only(marks: GuardMarks, records: str, *, asked_for: bool) -> str:
    if marks.records and marks.records.lower() != records.rstrip("/").lower():
        return f"its records are in {marks.records}"
    if not marks.records and not asked_for:
        return f"no set-up has named its records (tag {RECORDS_TAG})"
    return ""
