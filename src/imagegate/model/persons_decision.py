"""A person's decision about an image version, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from imagegate.model.latest_version import LatestVersion
from imagegate.model.version_record import VersionRecord


@dataclass(frozen=True, kw_only=True)
class PersonsDecision:
    """Who decided, and why; it is recorded as this, and never as a proof."""

    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DecisionResult:
    """What a decision changed, or with `dry_run` would change; no `changes`: everything was so already.

    `was` is the record before, `record` the one after. `latest` was read back (in a dry run: what it would be), and
    `sentence` says what that means for the version.
    """

    command: str
    was: VersionRecord
    record: VersionRecord
    changes: tuple[str, ...]
    dry_run: bool
    latest: LatestVersion
    sentence: str
    warnings: tuple[str, ...] = ()
    timings_s: Mapping[str, float] = field(default_factory=dict)

    def as_planned(self, timings_s: Mapping[str, float]) -> "DecisionResult":
        """The result of a dry run: nothing was written."""
        sentence = f"Dry run: latest would resolve to {self.latest}."
        return replace(self, sentence=sentence, timings_s=timings_s)

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.changes) and not self.dry_run

    def to_json(self) -> dict[str, Any]:
        """The JSON form of `imagegate promote` and `imagegate quarantine`."""
        return {
            "command": self.command,
            "image_version_id": self.record.image_version_id,
            "changed": self.changed,
            "dry_run": self.dry_run,
            "changes": list(self.changes),
            "record": self.record.to_json(),
            "was": self.was.to_json(),
            "latest": dict(self.latest.by_region),
            "promotion": self.sentence,
            "warnings": list(self.warnings),
            "timings_s": dict(self.timings_s),
        }
