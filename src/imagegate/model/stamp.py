"""Where an image comes from, as tags on the template and on every image version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

TAG_VALUE_LIMIT = 256
"""Characters of a tag's value. Source: Azure Resource Manager, tag limits."""

OWNER_TAG = "imagegate-owner"
OWNER = "imagegate"
EXPIRES_AT_TAG = "imagegate-expires-at"
VERDICT_TAG = "imagegate-verdict"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Repository (`owner/name`), commit, ref, run and content hash; claims, not proofs. What is unknown is empty."""

    repository: str = ""
    commit: str = ""
    ref: str = ""
    run: str = ""
    content_hash: str = ""

    def to_tags(self) -> dict[str, str]:
        """A tag for each part that is known; values cut at the limit."""
        return {
            f"imagegate-{name}": value[:TAG_VALUE_LIMIT]
            for name, value in (
                ("repository", self.repository),
                ("commit", self.commit),
                ("ref", self.ref),
                ("run", self.run),
                ("content-hash", self.content_hash),
            )
            if value
        }

    @classmethod
    def from_tags(cls, tags: Mapping[str, str] | None) -> Self:
        """What the tags say; tag names compare without case."""
        found = {name.lower(): value for name, value in (tags or {}).items()}
        return cls(
            repository=found.get("imagegate-repository", ""),
            commit=found.get("imagegate-commit", ""),
            ref=found.get("imagegate-ref", ""),
            run=found.get("imagegate-run", ""),
            content_hash=found.get("imagegate-content-hash", ""),
        )

    def same_source(self, other: "Stamp") -> bool:
        """Whether both speak of one commit of one repository."""
        return (self.repository.lower(), self.commit.lower()) == (other.repository.lower(), other.commit.lower())

    def same_job(self, other: "Stamp") -> bool:
        """Whether both are of one run of a workflow; its attempts never go on at the same time."""
        mine, its = self.run.rpartition("-")[0], other.run.rpartition("-")[0]
        return bool(mine) and mine == its and replace(self, run="") == replace(other, run="")

    def to_json(self) -> dict[str, str]:
        """All parts by name."""
        return {
            "repository": self.repository,
            "commit": self.commit,
            "ref": self.ref,
            "run": self.run,
            "content_hash": self.content_hash,
        }
