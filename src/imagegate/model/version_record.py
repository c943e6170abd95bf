"""What the gate remembers of an image version. No tag decides whether a version is verified: its record does."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from imagegate.model.image_version import ImageVersion


class Standing(StrEnum):
    """How a version stands with the gate."""

    RECORDED = "recorded"
    """A verdict is known; the version stays hidden."""

    PROMOTING = "promoting"
    """Written before the first change of the version, so that a promotion that broke off is finished or undone."""

    PROMOTED = "promoted"
    WITHDRAWN = "withdrawn"
    """A person or the guard took it back."""


@dataclass(frozen=True, kw_only=True)
class VersionRecord:
    """The record of one version, identified by id and publishing date: a version made again has another record.

    Args:
        verdict: passed, failed or inconclusive; empty where no verification ended. With it `teardown`, and
            `may_promote`, whether only the proof of origin was missing.
        by: who decided: `proof of origin`, `verification`, the guard, or the person or job, with its principal.
        reason: why a person decided; of a promotion by proof what was checked.
        claims: the claims of the proof; `key_id` is the key that signed it.
    """

    image_version_id: str
    published_at: datetime
    standing: Standing = Standing.RECORDED
    verdict: str = ""
    teardown: str = ""
    may_promote: bool = False
    by: str = ""
    reason: str = ""
    changed_at: datetime | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    key_id: str = ""

    @classmethod
    def of(cls, version: ImageVersion) -> Self:
        """The record of a version that nothing is known of.

        Raises:
            ValueError: the version was not published yet.
        """
        if version.published_at is None:
            raise ValueError(f"{version} is not published yet")
        return cls.at(str(version.id), version.published_at)

    @classmethod
    def at(cls, image_version_id: str, published_at: datetime) -> Self:
        """As `of`, by id and publishing date; fractions of a second do not count."""
        return cls(image_version_id=image_version_id, published_at=published_at.astimezone(UTC).replace(microsecond=0))

    @property
    def name(self) -> str:
        """The blob's name: gallery, definition, version, and the publishing date to the second."""
        _, _, rest = self.image_version_id.lower().partition("/providers/microsoft.compute/galleries/")
        gallery, _, definition, _, version = rest.split("/")
        return f"{gallery}/{definition}/{version}/{self.published_at:%Y%m%dT%H%M%SZ}.json"

    def changed(self, standing: Standing, *, by: str, reason: str, now: datetime) -> "VersionRecord":
        """The record after a decision."""
        return replace(self, standing=standing, by=by, reason=reason, changed_at=now.astimezone(UTC))

    def to_json(self) -> dict[str, Any]:
        """All fields by name; times in RFC 3339."""
        return {
            "schema": "imagegate.record.v1",
            "image_version_id": self.image_version_id.lower(),
            "published_at": _rfc3339(self.published_at),
            "standing": str(self.standing),
            "verdict": self.verdict,
            "teardown": self.teardown,
            "may_promote": self.may_promote,
            "by": self.by,
            "reason": self.reason,
            "changed_at": _rfc3339(self.changed_at) if self.changed_at else None,
            "claims": dict(self.claims),
            "key_id": self.key_id,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`.

        Raises:
            ValueError, KeyError: the document is no record of this schema.
        """
        if body["schema"] != "imagegate.record.v1":
            raise ValueError(f"unknown schema {body['schema']}")
        return cls(
            image_version_id=str(body["image_version_id"]),
            published_at=datetime.fromisoformat(str(body["published_at"])),
            standing=Standing(body["standing"]),
            verdict=str(body["verdict"]),
            teardown=str(body.get("teardown", "")),
            may_promote=bool(body.get("may_promote", False)),
            by=str(body["by"]),
            reason=str(body["reason"]),
            changed_at=datetime.fromisoformat(str(body["changed_at"])) if body["changed_at"] else None,
            claims={str(name): str(value) for name, value in body["claims"].items()},
            key_id=str(body["key_id"]),
        )


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
