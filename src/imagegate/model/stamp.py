"""Where an image comes from, as tags on the template and on every image version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

TAG_VALUE_LIMIT = 256
"""Characters of a tag's value. Source: Azure Resource Manager, tag limits."""

OWNER_TAG = "imagegate-owner"
OWNER = "imagegate"
EXPIRES_AT_TAG = "imagegate-expires-at"
VERDICT_TAG = "imagegate-verdict"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Claims, not proofs, about where an image comes from. What is unknown is empty.

    Args:
        image: `name` of imagegate.yaml.
        repository: `owner/name`.
        run: run and attempt of the workflow, as `4711-1`.
        job_key: of one build job, partly random (`job_key`): its template and versions carry it.
        dirty: whether the work tree had changes that are in no commit.
    """

    image: str = ""
    repository: str = ""
    commit: str = ""
    ref: str = ""
    run: str = ""
    content_hash: str = ""
    job_key: str = ""
    dirty: bool = False

    def to_tags(self) -> dict[str, str]:
        """A tag for each part that is known; values cut at the limit."""
        return {
            f"imagegate-{name}": value[:TAG_VALUE_LIMIT]
            for name, value in (
                ("image", self.image),
                ("repository", self.repository),
                ("commit", self.commit),
                ("ref", self.ref),
                ("run", self.run),
                ("content-hash", self.content_hash),
                ("job-key", self.job_key),
                ("dirty", "true" if self.dirty else ""),
            )
            if value
        }

    @classmethod
    def from_tags(cls, tags: Mapping[str, str] | None) -> Self:
        """What the tags say; tag names compare without case."""
        found = {name.lower(): value for name, value in (tags or {}).items()}
        return cls(
            image=found.get("imagegate-image", ""),
            repository=found.get("imagegate-repository", ""),
            commit=found.get("imagegate-commit", ""),
            ref=found.get("imagegate-ref", ""),
            run=found.get("imagegate-run", ""),
            content_hash=found.get("imagegate-content-hash", ""),
            job_key=found.get("imagegate-job-key", ""),
            dirty="imagegate-dirty" in found,
        )

    def same_source(self, other: "Stamp") -> bool:
        """Whether both speak of one commit of one repository."""
        return (self.repository.lower(), self.commit.lower()) == (other.repository.lower(), other.commit.lower())

    def to_json(self) -> dict[str, str | bool]:
        """All parts by name."""
        return {
            "image": self.image,
            "repository": self.repository,
            "commit": self.commit,
            "ref": self.ref,
            "run": self.run,
            "content_hash": self.content_hash,
            "job_key": self.job_key,
            "dirty": self.dirty,
        }
