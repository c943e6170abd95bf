"""The sign of life that the Function leaves at each look: builds read it, and warn when it is old."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from imagegate import __version__
from imagegate.model.duration import format_duration
from imagegate.model.run import parse_time

HEARTBEAT_LIMIT = timedelta(minutes=30)
"""Three looks of the timer."""


@dataclass(frozen=True, kw_only=True)
class GateHeartbeat:
    """When the last look ended, by which release, and how many of each it started."""

    at: datetime
    release: str = __version__
    started: Mapping[str, int] = field(default_factory=dict)

    def warning(self, now: datetime) -> str | None:
        """One line where it is older than it may be; None where all is well."""
        age = now - self.at
        if age <= HEARTBEAT_LIMIT:
            return None
        shown = format_duration(age.total_seconds() // 60 * 60)
        return (
            f"the Function has not looked at its images for {shown}: verdicts and promotions may not come (see its log)"
        )

    def to_json(self) -> dict[str, Any]:
        """All fields by name; the time in RFC 3339."""
        return {
            "schema": "imagegate.heartbeat.v1",
            "at": f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "release": self.release,
            "started": dict(self.started),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: the document is no heartbeat of this schema.
        """
        at = parse_time(body["at"])
        if body["schema"] != "imagegate.heartbeat.v1" or at is None:
            raise ValueError("no heartbeat of this schema")
        started = {str(name): int(count) for name, count in body["started"].items()}
        return cls(at=at, release=str(body["release"]), started=started)
