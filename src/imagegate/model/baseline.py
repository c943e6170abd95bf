"""The versions of an image definition as they were when the guard began: what was visible then may stay visible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from imagegate.model.image_version import ImageVersion

_SCHEMA = "imagegate.baseline.v1"
_GRACE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class BaselineEntry:
    """The regions in which `latest` could resolve to a version, and those in which it was kept hidden."""

    visible_in: frozenset[str]
    hidden_in: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The versions by `ImageVersion.edition`: a version that is made again has another one."""

    entries: Mapping[str, BaselineEntry] = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[ImageVersion], *, since: datetime | None, now: datetime) -> Self:
        """Of all versions that were published by `since`, when set-up marked the definition.

        All of them where nothing is known of that moment, or where it was more than a day ago: then an earlier
        baseline was lost, and lost records must not take production's versions away.
        """
        limit = since if since is not None and now - since <= _GRACE else now
        entries = {
            version.edition: BaselineEntry(visible_in=version.visible_in, hidden_in=version.hidden_in)
            for version in versions
            if version.published_at is not None and version.published_at <= limit
        }
        return cls(entries=entries)

    def entry(self, version: ImageVersion) -> BaselineEntry | None:
        """The entry of a version that was visible in some region; None for every other."""
        found = self.entries.get(version.edition)
        return found if found is not None and found.visible_in else None

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {
            "schema": _SCHEMA,
            "versions": {
                edition: {"visible_in": sorted(entry.visible_in), "hidden_in": sorted(entry.hidden_in)}
                for edition, entry in self.entries.items()
            },
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, KeyError, TypeError: the document is no baseline of this schema.
        """
        if body["schema"] != _SCHEMA:
            raise ValueError(f"unknown schema {body['schema']}")
        return cls(
            entries={
                str(edition): BaselineEntry(
                    visible_in=frozenset(entry["visible_in"]), hidden_in=frozenset(entry["hidden_in"])
                )
                for edition, entry in body["versions"].items()
            }
        )
