"""Versions of an image definition as the guard sees them, with the records, baseline and sightings of a test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from build_events import DEFINITION
from imagegate.model import ImageVersion, ResourceId, TargetRegion
from imagegate.model.baseline import Baseline
from imagegate.model.guard_decision import Action, decide
from imagegate.model.guard_look import GuardLook
from imagegate.model.guard_memory import remember
from imagegate.model.sightings import Sightings
from imagegate.model.version_record import Standing, VersionRecord

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def seen(
    number: str,
    *,
    visible: bool = True,
    regions: dict[str, bool] | None = None,
    state: str = "Succeeded",
    published: datetime = NOW - timedelta(days=2),
    tags: dict[str, str] | None = None,
) -> ImageVersion:
    """A version; `regions`: name → visible there."""
    targets = regions if regions is not None else {"West Europe": visible}
    return ImageVersion(
        id=ResourceId.parse(f"{DEFINITION}/versions/{number}"),
        location="westeurope",
        provisioning_state=state,
        excluded_from_latest=not any(targets.values()),
        regions=tuple(TargetRegion(name=name, excluded_from_latest=not shown) for name, shown in targets.items()),
        published_at=published,
        end_of_life_at=None,
        tags=tags or {},
    )


@dataclass
class GuardedDefinition:
    """A definition whose looks follow each other; `unlisted` are editions that are there though lists lack them."""

    versions: dict[str, ImageVersion] = field(default_factory=dict)
    records: dict[str, VersionRecord] = field(default_factory=dict)
    baseline: Baseline = field(default_factory=Baseline)
    sightings: Sightings = field(default_factory=Sightings)
    now: datetime = NOW
    unlisted: set[str] = field(default_factory=set)

    def put(self, *versions: ImageVersion) -> None:
        """These versions are there; others of the same numbers are replaced."""
        self.versions.update({one.version: one for one in versions})

    def begin(self) -> None:
        """The baseline is written now."""
        self.baseline = Baseline.of(self.versions.values(), since=None, now=self.now)

    def record(
        self, version: ImageVersion, standing: Standing, *, by: str = "ada", reason: str = "CVE", verdict: str = ""
    ) -> None:
        """Somebody decided."""
        self.records[version.edition] = replace(
            VersionRecord.of(version), standing=standing, by=by, reason=reason, verdict=verdict
        )

    def flag(self, number: str, *, visible: bool) -> None:
        """Somebody sets the flags of a version."""
        regions = {region.name: visible for region in self.versions[number].regions}
        old = self.versions[number]
        self.put(seen(number, regions=regions, published=old.published_at or NOW, tags=dict(old.tags)))

    def decide(self, *, enforce: bool = True) -> tuple[Action, ...]:
        """What a look would do; nothing is carried out."""
        return decide(self.glance(), enforce=enforce)

    def glance(self) -> GuardLook:
        """What a look sees now."""
        there = {one.edition for one in self.versions.values()} | self.unlisted
        return GuardLook(
            versions=tuple(self.versions.values()),
            record_of=lambda version: self.records.get(version.edition),
            baseline=self.baseline,
            sightings=self.sightings,
            now=self.now,
            gone=frozenset(self.baseline.entries) - there,
        )

    def look(self, *, enforce: bool = True, after: timedelta = timedelta(0)) -> list[str]:
        """One look later: the acts and numbers; they are carried out and remembered."""
        self.now += after
        glance = self.glance()
        actions = decide(glance, enforce=enforce)
        done = [one for one in actions if one.act in {"hide", "show"} and not one.only_reported]
        self.sightings = remember(glance, actions, done)
        for one in done:
            if one.act == "hide" and one.version.edition not in self.records:
                self.record(one.version, Standing.RECORDED, by="the guard")
            self.flag(one.version.version, visible=one.act == "show")
        return [f"{one.act} {one.version.version}" for one in actions]
