"""A verified version, its proofs and its records on one wire: what the gate's steps work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from fake_blobs import FakeBlobs
from fake_wire import Answer, Seen, Wire, cloud_on
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.job_tokens import JobTokens
from imagegate.model import ImageVersion, SmokeSpec, Stamp
from imagegate.model.origin_claims import OriginRules
from imagegate.model.origin_statement import OriginStatement
from imagegate.steps.check_proof import DefaultBranch, Verifier
from job_issuer import COMMIT, REF, REPOSITORY, RULES, JobIssuer
from smoke_azure import DEFINITION_ID, VERSION_ID

ORIGIN, RECORDS = "https://proofs.example/origin", "https://proofs.example/records"
STAMP = Stamp(
    image="web", repository=REPOSITORY, commit=COMMIT, ref=REF, run="4711-1", content_hash="h", job_key="k" * 32
)
PUBLISHED = "2026-11-20T10:00:00.5+00:00"


class GateBench:
    """One version of one gallery; `version` is its ARM body, and takes PATCH requests."""

    def __init__(self, wire: Wire, issuer: JobIssuer) -> None:
        self.wire, self.issuer = wire, issuer
        self.blobs = FakeBlobs(wire, "origin", "records")
        self.rules: OriginRules = RULES
        self.parents: dict[str, Sequence[str]] = {}
        self.default_branch: DefaultBranch | None = None
        self.version: dict[str, Any] | None = version_body(STAMP)
        self.others: list[dict[str, Any]] = []
        """Further versions of the definition."""
        wire.on("GET", f"{DEFINITION_ID}/versions", self._list)
        wire.on("GET", VERSION_ID, self._get)
        wire.on("PATCH", VERSION_ID, self._patch)

    @property
    def cloud(self) -> Cloud:
        """A connection to all of it."""
        return cloud_on(self.wire)

    @property
    def verifier(self) -> Verifier:
        """Checks by `rules`; GitHub knows `parents`, and a default branch where it can be asked."""
        return Verifier(
            rules=self.rules,
            origin_containers=(ORIGIN,),
            records_container=RECORDS,
            parents_of=lambda _repository, commit: self.parents.get(commit, ()),
            default_branch_of=self.default_branch,
        )

    @property
    def statement(self) -> OriginStatement:
        """The statement of the version as it is now."""
        assert self.version is not None
        found = OriginStatement.of_version(ImageVersion.from_arm(self.version))
        assert found is not None
        return found

    @property
    def hidden(self) -> bool:
        """Whether `latest` passes the version over."""
        assert self.version is not None
        return bool(self.version["properties"]["publishingProfile"]["excludeFromLatest"])

    def sign(self, **changes: Any) -> None:  # noqa: ANN401 - any claim
        """Leave a token for the version as it is now."""
        statement = self.statement
        audience = changes.pop("audience", statement.audience)
        self.leave(self.issuer.mint(audience, **changes))

    def leave(self, token: str | bytes) -> None:
        """Leave anything in the place of the version's proofs."""
        content = token.encode() if isinstance(token, str) else token
        self.blobs.write(f"/origin/{self.statement.digest}/{len(self.blobs.blobs)}", content)

    def with_keys(self) -> Any:  # noqa: ANN401 - a context manager
        """While entered, the issuer's keys are those of the bench's issuer, and no request goes out for them."""
        return patch.object(JobTokens, "_keys", property(lambda _tokens: _Keys(self.issuer)))

    def restamp(self, **changes: Any) -> None:  # noqa: ANN401 - any field of a stamp
        """Change the stamp in the version's tags, as a principal that may write tags can."""
        self.version = version_body(replace(STAMP, **changes))

    def _get(self, _seen: Seen) -> Answer:
        if self.version is None:
            return Answer(status=404, body={"error": {"code": "ResourceNotFound", "message": "gone"}})
        return Answer(body=self.version)

    def _list(self, _seen: Seen) -> Answer:
        return Answer(body={"value": [*([self.version] if self.version else []), *self.others]})

    def _patch(self, seen: Seen) -> Answer:
        assert self.version is not None
        change: Mapping[str, Any] = seen.json
        self.version["tags"].update(change.get("tags") or {})
        profile = (change.get("properties") or {}).get("publishingProfile") or {}
        self.version["properties"]["publishingProfile"].update(profile)
        return Answer(body=self.version)


class _Keys:
    def __init__(self, issuer: JobIssuer) -> None:
        self._issuer = issuer

    def get_signing_key(self, kid: str) -> Any:  # noqa: ANN401 - PyJWT's key
        import jwt

        found = next((key for key in jwt.PyJWKSet.from_dict(self._issuer.keys).keys if key.key_id == kid), None)
        if found is None:
            raise jwt.PyJWKClientError(f"no key {kid}")
        return found


def version_body(
    stamp: Stamp, *, published: str = PUBLISHED, number: str = "1.2.3", hidden: bool = True
) -> dict[str, Any]:
    """A version that is there, replicated and hidden."""
    return {
        "id": f"{DEFINITION_ID}/versions/{number}",
        "location": "westeurope",
        "tags": {**stamp.to_tags(), **SmokeSpec().to_tags()},
        "properties": {
            "provisioningState": "Succeeded",
            "publishingProfile": {
                "publishedDate": published,
                "excludeFromLatest": hidden,
                "targetRegions": [{"name": "West Europe", "excludeFromLatest": hidden}],
            },
        },
    }
