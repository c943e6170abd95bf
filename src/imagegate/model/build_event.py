"""Event Grid's resource events, as far as they tell of a build: one strict parser for both schemas.

An event is a hint (at least once, in any order, sometimes early): only which resource it speaks of is taken from it,
and what became of that resource is asked of Azure. Claims, authorization and request of the caller are never looked at.
Source of the shapes: Event Grid schema of Microsoft.Resources, and CloudEvents 1.0.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from imagegate.model.resource_id import ResourceId
from imagegate.model.run import parse_time

_TYPE = re.compile(r"Microsoft\.Resources\.Resource(Write|Action|Delete)(Success|Failure|Cancel)", re.IGNORECASE)
_SEGMENT = re.compile(r"[\w.()-]{1,260}")
_SUMMARY_LIMIT = 120


class Happening(StrEnum):
    """What an event says has happened; whether it went well is asked of the resource itself."""

    RUN_ENDED = "run ended"
    VERSION_WRITTEN = "version written"


_OPERATIONS = {
    ("action", "microsoft.virtualmachineimages/imagetemplates/run/action"): Happening.RUN_ENDED,
    ("write", "microsoft.compute/galleries/images/versions/write"): Happening.VERSION_WRITTEN,
}
_RESOURCE_TYPES = {
    Happening.RUN_ENDED: "microsoft.virtualmachineimages/imagetemplates",
    Happening.VERSION_WRITTEN: "microsoft.compute/galleries/images/versions",
}


@dataclass(frozen=True, kw_only=True)
class BuildEvent:
    """One event of interest. `id` is the same on every delivery; `resource_id` keeps the event's capitals."""

    id: str
    happening: Happening
    outcome: Literal["Success", "Failure", "Cancel"]
    resource_id: ResourceId
    at: datetime | None
    correlation_id: str = ""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """From what `to_json` gives."""
        return cls(
            id=body["id"],
            happening=Happening(body["happening"]),
            outcome=body["outcome"],
            resource_id=ResourceId.parse(body["resource_id"]),
            at=parse_time(body["at"]),
            correlation_id=body["correlation_id"],
        )

    def to_json(self) -> dict[str, Any]:
        """By the field names."""
        return {
            "id": self.id,
            "happening": str(self.happening),
            "outcome": self.outcome,
            "resource_id": self.resource_id.text,
            "at": self.at.isoformat() if self.at else None,
            "correlation_id": self.correlation_id,
        }


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An event that is not for us (`foreign`) or not readable (`malformed`); neither gets better by delivering again.

    Holds nothing of the event but its id and type, so that it may be logged.
    """

    kind: Literal["foreign", "malformed"]
    reason: str
    event_id: str = ""
    event_type: str = ""


def parse_build_events(raw: str | bytes) -> tuple[BuildEvent | Refusal, ...]:
    """Every event of a delivery: one object or an array, in EventGridSchema or CloudEvents 1.0. Never raises."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return (Refusal(kind="malformed", reason=f"not JSON: {type(error).__name__}"),)
    events = body if isinstance(body, list) else [body]
    if not events:
        return (Refusal(kind="malformed", reason="an empty array"),)
    return tuple(_parse(event) for event in events)


def _parse(event: object) -> BuildEvent | Refusal:
    if not isinstance(event, Mapping):
        return Refusal(kind="malformed", reason=f"expected an object, got {type(event).__name__}")
    cloud_event = "specversion" in event
    event_id, event_type = _text(event.get("id")), _text(event.get("type" if cloud_event else "eventType"))
    summary = {"event_id": event_id[:_SUMMARY_LIMIT], "event_type": event_type[:_SUMMARY_LIMIT]}
    if not event_id or not event_type:
        return Refusal(kind="malformed", reason="no id or no type", **summary)
    if cloud_event and event["specversion"] != "1.0":
        return Refusal(kind="malformed", reason="a CloudEvents version other than 1.0", **summary)
    found = _TYPE.fullmatch(event_type)
    if found is None:
        return Refusal(kind="foreign", reason="not an event of Resource Manager", **summary)
    data = event.get("data")
    if not isinstance(data, Mapping):
        return Refusal(kind="malformed", reason="its data is no object", **summary)
    happening = _OPERATIONS.get((found[1].lower(), _text(data.get("operationName")).lower()))
    if happening is None:
        return Refusal(kind="foreign", reason="another operation", **summary)
    resource_id = _resource_id(_text(event.get("subject")) or _text(data.get("resourceUri")), happening)
    if resource_id is None:
        return Refusal(kind="malformed", reason=f"its subject is no id of {_RESOURCE_TYPES[happening]}", **summary)
    return BuildEvent(
        id=event_id,
        happening=happening,
        outcome=_outcome(found[2]),
        resource_id=resource_id,
        at=parse_time(event.get("time" if cloud_event else "eventTime")),
        correlation_id=_text(data.get("correlationId")),
    )


def _resource_id(text: str, happening: Happening) -> ResourceId | None:
    """The id, if it is one of the wanted type and safe to put into a URL; the subject may carry the action's name."""
    if happening is Happening.RUN_ENDED and text.lower().endswith("/run"):
        text = text[: -len("/run")]
    try:
        found = ResourceId.parse(text)
    except ValueError:
        return None
    harmless = all(_SEGMENT.fullmatch(part) and part.strip(".") for part in found.segments)
    complete = bool(found.subscription_id and found.resource_group)
    return found if harmless and complete and found.type.lower() == _RESOURCE_TYPES[happening] else None


def _outcome(word: str) -> Literal["Success", "Failure", "Cancel"]:
    match word.lower():
        case "success":
            return "Success"
        case "failure":
            return "Failure"
        case _:
            return "Cancel"


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else ""
