"""A run of an image template, as `lastRunStatus` tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self


class RunState(StrEnum):
    """How a run stands. Source: image builder REST specification, 2025-10-01, `RunState`."""

    RUNNING = "Running"
    CANCELING = "Canceling"
    SUCCEEDED = "Succeeded"
    PARTIALLY_SUCCEEDED = "PartiallySucceeded"
    FAILED = "Failed"
    CANCELED = "Canceled"
    TIMED_OUT_REPLICATING = "TimedOutReplicating"
    """Ours, never the service's: its time was over while a version was copied to its regions."""
    UNKNOWN = "Unknown"

    @classmethod
    def parse(cls, text: object) -> "RunState":
        """Without case, since the service is not consistent about it; what is not known becomes UNKNOWN."""
        word = str(text).lower()
        return next((state for state in cls if state.lower() == word), cls.UNKNOWN)

    @property
    def ended(self) -> bool:
        """Whether this state is final."""
        return self not in {RunState.RUNNING, RunState.CANCELING, RunState.UNKNOWN}


class RunSubState(StrEnum):
    """What a running run does. Source: as `RunState`."""

    QUEUED = "Queued"
    BUILDING = "Building"
    CUSTOMIZING = "Customizing"
    OPTIMIZING = "Optimizing"
    VALIDATING = "Validating"
    DISTRIBUTING = "Distributing"

    @classmethod
    def parse(cls, text: object) -> "RunSubState | None":
        """Without case; None for what is absent or not known."""
        word = str(text or "").lower()
        return next((state for state in cls if state.lower() == word), None)


def parse_time(text: object) -> datetime | None:
    """A moment as the service writes it: nanoseconds are cut, and year 1 (its way to say "not yet") is None."""
    if isinstance(text, datetime):
        moment = text if text.tzinfo else text.replace(tzinfo=UTC)
    else:
        try:
            moment = datetime.fromisoformat(str(text or ""))
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None if moment.year <= 1 else moment.astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a template. Runs have no id: `started_at` identifies one."""

    state: RunState
    sub_state: RunSubState | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""

    @classmethod
    def from_arm(cls, body: Mapping[str, Any] | None) -> Self | None:
        """`properties.lastRunStatus` of a template; None when there was no run yet."""
        if not body or not body.get("runState"):
            return None
        return cls(
            state=RunState.parse(body["runState"]),
            sub_state=RunSubState.parse(body.get("runSubState")),
            started_at=parse_time(body.get("startTime")),
            ended_at=parse_time(body.get("endTime")),
            message=str(body.get("message") or ""),
        )

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self.state.ended

    def __str__(self) -> str:
        return f"{self.state} ({self.sub_state})" if self.sub_state else str(self.state)

    def to_json(self) -> dict[str, object]:
        """State, sub-state, times in RFC 3339 and the message."""
        return {
            "state": str(self.state),
            "substate": str(self.sub_state) if self.sub_state else None,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "message": self.message,
        }
