"""How many smoke VMs there may be: the places that verifications hold, and how many were given on a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from imagegate.model.counted import counted
from imagegate.model.run import parse_time

AT_ONCE_SETTING, PER_DAY_SETTING = "IMAGEGATE_SMOKE_VMS_AT_ONCE", "IMAGEGATE_SMOKE_VMS_PER_DAY"


@dataclass(frozen=True, kw_only=True)
class SmokePlaces:
    """`held`: the name of a smoke VM, and when its place is free again whatever becomes of it.

    `given` counts the places of `day` (UTC, `2026-11-21`).
    """

    day: str = ""
    given: int = 0
    held: Mapping[str, datetime] = field(default_factory=dict)

    def at(self, now: datetime) -> Self:
        """As it stands now: without places that are free again, and with the count of this day."""
        day = f"{now.astimezone(UTC):%Y-%m-%d}"
        held = {holder: until for holder, until in self.held.items() if until > now}
        return replace(self, day=day, given=self.given if day == self.day else 0, held=held)

    def why_full(self, *, at_once: int, per_day: int) -> str | None:
        """Why there is no place; None where there is one."""
        if len(self.held) >= at_once:
            count = len(self.held)
            verb = "is" if count == 1 else "are"
            return f"{counted(count, 'smoke VM')} {verb} running already (limit: {AT_ONCE_SETTING})."
        if self.given >= per_day:
            verb = "was" if self.given == 1 else "were"
            return f"{counted(self.given, 'smoke VM')} {verb} made today already (limit: {PER_DAY_SETTING})."
        return None

    def with_place(self, holder: str, *, now: datetime, lifetime_s: float) -> Self:
        """After one more place was given."""
        until = now.astimezone(UTC) + timedelta(seconds=lifetime_s)
        return replace(self, given=self.given + 1, held={**self.held, holder: until})

    def without(self, holder: str) -> Self:
        """After the holder gave its place back."""
        return replace(self, held={name: until for name, until in self.held.items() if name != holder})

    def to_json(self) -> dict[str, Any]:
        """All fields by name; times in RFC 3339."""
        return {
            "schema": "imagegate.smoke-places.v1",
            "day": self.day,
            "given": self.given,
            "held": {holder: f"{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for holder, until in self.held.items()},
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, KeyError, TypeError: the document is none of this schema.
        """
        if body["schema"] != "imagegate.smoke-places.v1":
            raise ValueError(f"unknown schema {body['schema']}")
        held = {str(holder): parse_time(until) for holder, until in body["held"].items()}
        return cls(
            day=str(body["day"]),
            given=int(body["given"]),
            held={holder: until for holder, until in held.items() if until is not None},
        )
