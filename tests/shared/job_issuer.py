"""An issuer of job tokens in the hands of a test: keys, claims, and what a forger would try."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from imagegate.model.origin_claims import OriginRules

URL = "https://issuer.example"
REPOSITORY, COMMIT, REF = "acme/images", "0123456789abcdef0123456789abcdef01234567", "refs/heads/main"
WORKFLOW = f"{REPOSITORY}/.github/workflows/image.yml"
CLAIMS: dict[str, Any] = {
    "sub": f"repo:{REPOSITORY}:ref:{REF}",
    "repository": REPOSITORY,
    "repository_id": "42",
    "ref": REF,
    "sha": COMMIT,
    "event_name": "push",
    "job_workflow_ref": f"{WORKFLOW}@{REF}",
    "job_workflow_sha": COMMIT,
    "workflow_ref": f"{WORKFLOW}@{REF}",
    "run_id": "4711",
    "run_number": "7",
    "run_attempt": "1",
}
RULES = OriginRules(
    issuer=URL, repositories=frozenset({REPOSITORY}), workflows=(WORKFLOW,), promoted_refs=("refs/heads/main",)
)


class JobIssuer:
    """Keys by id; `keys` is what the issuer publishes."""

    def __init__(self) -> None:
        self._private = {"k1": _new_key()}
        self.hidden = {"k9": _new_key()}
        """A key that is not published: a forger's."""

    @property
    def keys(self) -> dict[str, Any]:
        """The published key set."""
        return {"keys": [_public(kid, key) for kid, key in self._private.items()]}

    def rotate(self, kid: str) -> None:
        """Publish another key beside those that there are."""
        self._private[kid] = _new_key()

    def publish(self, kid: str) -> None:
        """Publish a key that was hidden."""
        self._private[kid] = self.hidden.pop(kid)

    def retire(self, kid: str) -> None:
        """Publish a key no longer; tokens can still be minted with it."""
        self.hidden[kid] = self._private.pop(kid)

    def mint(self, audience: str, *, kid: str = "k1", algorithm: str = "RS256", key: Any = None, **changes: Any) -> str:  # noqa: ANN401
        """A token; `changes` replace claims, and None takes one away."""
        now = int(time.time())
        claims = {**CLAIMS, "iss": URL, "aud": audience, "iat": now, "exp": now + 300, "jti": "1", **changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = key if key is not None else self._private.get(kid) or self.hidden[kid]
        return jwt.encode(claims, signer, algorithm=algorithm, headers={"kid": kid})


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public(kid: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    found: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**found, "kid": kid, "use": "sig", "alg": "RS256"}
