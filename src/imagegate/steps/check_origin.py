"""Look for a proof of origin of an image version, and say what it allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagegate.errors import ImageGateError
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.job_tokens import JobTokens, NotAProof
from imagegate.gateway.origin_store import TooManyProofs, read_proofs
from imagegate.model.origin_claims import OriginRules, why_silent
from imagegate.model.origin_statement import OriginStatement


@dataclass(frozen=True, kw_only=True)
class OriginCheck:
    """What the proofs of a version come to.

    `claims` are those of the proof that may speak for the version's commit; empty where none may. `certain` is False
    where a store or the issuer could not be asked: not yet, never "no proof".
    """

    claims: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    certain: bool = True

    @property
    def proved(self) -> bool:
        """Whether a listed workflow of a listed repository built exactly this version."""
        return bool(self.claims)


def check_origin(
    cloud: Cloud, statement: OriginStatement, rules: OriginRules, *, containers: tuple[str, ...], tokens: JobTokens
) -> OriginCheck:
    """Check every token that lies under the statement's digest; one good one is enough.

    Whoever may write into the container may leave anything there: claims are filtered before a signature is checked,
    and a flood ends the look with a reason of its own.
    """
    reasons: list[str] = []
    try:
        for token in _found(cloud, statement, containers):
            if tokens.unverified_audience(token) != statement.audience:
                reasons.append("a token in its place is for another version")
                continue
            try:
                claims = tokens.verify(token, audience=statement.audience)
            except NotAProof as error:
                reasons.append(f"a token in its place proves nothing: {error}")
                continue
            silent = why_silent(claims, statement, rules)
            if silent is None:
                return OriginCheck(claims=claims)
            reasons.append(silent)
    except TooManyProofs as flood:
        reasons.append(str(flood))
    except ImageGateError as error:
        return OriginCheck(reason=error.message.splitlines()[0], certain=False)
    return OriginCheck(reason=reasons[-1] if reasons else "the build job did not sign")


def _found(cloud: Cloud, statement: OriginStatement, containers: tuple[str, ...]) -> Iterator[str]:
    for url in containers:
        yield from read_proofs(Container(cloud, url), statement.digest)
