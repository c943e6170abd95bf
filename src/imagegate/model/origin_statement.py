"""What a proof of origin speaks of: one image version, as Azure has it, and where it claims to come from."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from imagegate.model.canonical_json import canonical_json
from imagegate.model.image_version import ImageVersion
from imagegate.model.smoke_spec import smoke_text_of
from imagegate.model.stamp import Stamp

AUDIENCE_PREFIX = "imagegate.origin.v1:"
PROBE_AUDIENCE = f"{AUDIENCE_PREFIX}probe"
"""Asked for before a run, to see whether the job can sign at all; no version has it."""


@dataclass(frozen=True, kw_only=True)
class OriginStatement:
    """Signer and verifier make the same statement of the same version, each from its own reading.

    `published_at` is Azure's own record, which the principal that writes a version cannot choose; `smoke` is the text
    of the smoke tags as it stands on the version.
    """

    image_version_id: str
    published_at: datetime
    stamp: Stamp
    smoke: str

    @classmethod
    def of_version(cls, version: ImageVersion) -> Self | None:
        """From a version as it was read; None for one that has no publishing date yet."""
        if version.published_at is None:
            return None
        return cls(
            image_version_id=version.id.text.lower(),
            published_at=version.published_at.astimezone(UTC).replace(microsecond=0),
            stamp=Stamp.from_tags(version.tags),
            smoke=smoke_text_of(version.tags),
        )

    def is_of(self, published_at: datetime | None) -> bool:
        """Whether this is still the version that was published then; one made again has the same id."""
        return published_at is not None and published_at.astimezone(UTC).replace(microsecond=0) == self.published_at

    @property
    def digest(self) -> str:
        """SHA-256 of the statement's canonical JSON, as base64url without padding."""
        body = {
            "image_version_id": self.image_version_id,
            "published_at": f"{self.published_at:%Y-%m-%dT%H:%M:%SZ}",
            "image": self.stamp.image,
            "repository": self.stamp.repository,
            "commit": self.stamp.commit,
            "ref": self.stamp.ref,
            "run": self.stamp.run,
            "content_hash": self.stamp.content_hash,
            "dirty": self.stamp.dirty,
            "smoke": self.smoke,
        }
        return base64.urlsafe_b64encode(hashlib.sha256(canonical_json(body)).digest()).rstrip(b"=").decode()

    @property
    def audience(self) -> str:
        """The audience of the token that proves the statement: it names this version and nothing else."""
        return f"{AUDIENCE_PREFIX}{self.digest}"
