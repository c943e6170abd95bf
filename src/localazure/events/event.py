"""An event, in either of the two schemas that it can be written in.

Source: Event Grid documentation, "Event Grid event schema" and "CloudEvents v1.0 schema"; CloudEvents 1.0, section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

EVENT_GRID_SCHEMA = "EventGridSchema"
CLOUD_EVENT_SCHEMA = "CloudEventSchemaV1_0"
_CLOUD_EVENT_ATTRIBUTES = {"id", "source", "type", "specversion", "subject", "time", "data"}


class BadEvent(Exception):  # noqa: N818 - the name says what happened
    """A published event lacks what its schema asks for; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """`topic` is CloudEvents' source; `extensions` are attributes that only CloudEvents know."""

    id: str
    type: str
    subject: str
    time: str
    topic: str
    data: Any
    data_version: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_event_grid(cls, body: Mapping[str, Any], *, topic: str) -> Self:
        """Read a published event; Event Grid itself supplies the topic.

        Raises:
            BadEvent: a required property is missing or no text.
        """
        for name in ("id", "subject", "eventType", "eventTime", "dataVersion"):
            if not isinstance(body.get(name), str):
                raise BadEvent(f"Required property '{name}' expects a non-null value. Path '{name}'.")
        return cls(
            id=body["id"],
            type=body["eventType"],
            subject=body["subject"],
            time=body["eventTime"],
            topic=topic,
            data=body.get("data"),
            data_version=body["dataVersion"],
        )

    @classmethod
    def from_cloud_event(cls, body: Mapping[str, Any]) -> Self:
        """Read a published event in CloudEvents 1.0.

        Raises:
            BadEvent: a required attribute is missing or no text.
        """
        for name in ("id", "source", "type", "specversion"):
            if not isinstance(body.get(name), str) or not body[name]:
                raise BadEvent(f"Required property '{name}' expects a non-null value. Path '{name}'.")
        return cls(
            id=body["id"],
            type=body["type"],
            subject=str(body.get("subject") or ""),
            time=str(body.get("time") or ""),
            topic=body["source"],
            data=body.get("data"),
            extensions={name: value for name, value in body.items() if name not in _CLOUD_EVENT_ATTRIBUTES},
        )

    def written_in(self, schema: str) -> dict[str, Any]:
        """The event as an object of that delivery schema."""
        return self.to_cloud_event() if schema == CLOUD_EVENT_SCHEMA else self.to_event_grid()

    def to_event_grid(self) -> dict[str, Any]:
        """In Event Grid's own schema."""
        return {
            "subject": self.subject,
            "eventType": self.type,
            "eventTime": self.time,
            "id": self.id,
            "data": self.data,
            "dataVersion": self.data_version,
            "metadataVersion": "1",
            "topic": self.topic,
        }

    def to_cloud_event(self) -> dict[str, Any]:
        """In CloudEvents 1.0."""
        body = {"source": self.topic, "subject": self.subject, "type": self.type, "time": self.time, "id": self.id}
        known = {name: value for name, value in body.items() if value or name in {"source", "id", "type"}}
        return {**known, "data": self.data, "specversion": "1.0", **self.extensions}
