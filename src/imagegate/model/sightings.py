"""What the guard's earlier looks at an image definition saw and did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

_SCHEMA = "imagegate.sightings.v1"
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How often something was done to a version, and when last."""

    count: int
    at: datetime

    @property
    def due_at(self) -> datetime:
        """When it may be done again: the pause doubles each time, up to an hour."""
        return self.at + min(_FIRST_PAUSE * (1 << min(self.count - 1, 10)), _LONGEST_PAUSE)


@dataclass(frozen=True, kw_only=True)
class Sightings:
    """All by `ImageVersion.edition`.

    Args:
        visible_since: since when looks saw the version visible without a break and with nothing against it.
        lapsed: versions of the baseline that a look saw hidden or gone: visible again, they count as new.
        hides: how often the guard hid a version.
        shows: how often it showed a version in the stead of another, without seeing it visible since.
    """

    visible_since: Mapping[str, datetime] = field(default_factory=dict)
    lapsed: frozenset[str] = frozenset()
    hides: Mapping[str, Tally] = field(default_factory=dict)
    shows: Mapping[str, Tally] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All fields by name; times in ISO 8601."""
        return {
            "schema": _SCHEMA,
            "visible_since": {edition: at.isoformat() for edition, at in self.visible_since.items()},
            "lapsed": sorted(self.lapsed),
            "hides": _tallies_to_json(self.hides),
            "shows": _tallies_to_json(self.shows),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, KeyError, TypeError: the document is of another schema.
        """
        if body["schema"] != _SCHEMA:
            raise ValueError(f"unknown schema {body['schema']}")
        return cls(
            visible_since={str(key): datetime.fromisoformat(at) for key, at in body["visible_since"].items()},
            lapsed=frozenset(body["lapsed"]),
            hides=_tallies_of_json(body["hides"]),
            shows=_tallies_of_json(body["shows"]),
        )


def _tallies_to_json(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    return {edition: {"count": tally.count, "at": tally.at.isoformat()} for edition, tally in tallies.items()}


def _tallies_of_json(body: Mapping[str, Any]) -> dict[str, Tally]:
    return {
        str(edition): Tally(count=int(entry["count"]), at=datetime.fromisoformat(entry["at"]))
        for edition, entry in body.items()
    }
