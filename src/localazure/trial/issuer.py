"""The trial's own issuer of job tokens: what GitHub gives a job, so that the whole path to `latest` runs here.

Source: GitHub documentation, "OpenID Connect reference": the request with the job's token, the claims, the key set.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/issuer"
_LIFETIME_S = 300
_KEY_ID = "trial"


class Issuer:
    """Signs tokens for one job. `claims` are those of the job; issuer, audience and times are added.

    `url` is known once the server listens.
    """

    def __init__(self, claims: Mapping[str, str], url: Callable[[], str]) -> None:
        self._claims = dict(claims)
        self._url = url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._request_token = secrets.token_urlsafe(24)

    @property
    def environment(self) -> dict[str, str]:
        """What the runner gives a job with `permissions: id-token: write`."""
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self._url()}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": self._request_token,
        }

    @property
    def routes(self) -> list[Route]:
        """The key set, and the tokens."""
        return [Route(f"{PATH}/.well-known/jwks", self._keys), Route(f"{PATH}/token", self._token)]

    def mint(self, audience: str, *, lifetime_s: int = _LIFETIME_S) -> str:
        """A token for an audience; GitHub's live five minutes."""
        now = int(time.time())
        claims = {
            **self._claims,
            "iss": self._url(),
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime_s,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    async def _keys(self, _request: Request) -> Response:
        key: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return JSONResponse({"keys": [{**key, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]})

    async def _token(self, request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("authorization", ""), f"Bearer {self._request_token}"):
            return JSONResponse({"message": "not this job's token"}, 401)
        return JSONResponse({"value": self.mint(request.query_params.get("audience", "")), "count": 1})
