"""What a job sent as its image template, and what the service noted of it: one side of the later comparison."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from imagegate.model.resource_id import ResourceId
from imagegate.model.run import parse_time
from imagegate.model.stamp import Stamp


@dataclass(frozen=True, kw_only=True)
class SubmittedTemplate:
    """`created_at` and `modified_at` are noted after the job's last write, `run_started_at` after its POST.

    A time is None until it is known; that of a service without `systemData` stays so.
    """

    id: ResourceId
    body: Mapping[str, Any]
    created_at: datetime | None = None
    modified_at: datetime | None = None
    run_started_at: datetime | None = None

    @property
    def stamp(self) -> Stamp:
        """The stamp that the template carries."""
        return Stamp.from_tags(self.body.get("tags"))

    @property
    def distribute(self) -> list[dict[str, Any]]:
        """The distributors as they were sent."""
        return list(self.body["properties"]["distribute"])

    def to_json(self) -> dict[str, Any]:
        """As a job keeps it for its post step."""
        times = {"created_at": self.created_at, "modified_at": self.modified_at, "run_started_at": self.run_started_at}
        return {
            "id": self.id.text,
            "body": dict(self.body),
            **{name: moment.isoformat() if moment else "" for name, moment in times.items()},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse."""
        return cls(
            id=ResourceId.parse(document["id"]),
            body=document["body"],
            created_at=parse_time(document["created_at"]),
            modified_at=parse_time(document["modified_at"]),
            run_started_at=parse_time(document["run_started_at"]),
        )
