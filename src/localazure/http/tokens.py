"""Access tokens: minted at login, read at every call. Signed with a key that lives as long as the state."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.types import Options

from localazure.access.directory import ServicePrincipal
from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.events.data_plane import AUDIENCE as EVENT_GRID_AUDIENCE
from localazure.http.metadata import ARM_AUDIENCES, STORAGE_AUDIENCE

LIFETIME = timedelta(hours=1)
_ALGORITHM = "ES256"
# The audience depends on who asks, and time is the cloud's own: both are checked here, not by the library.
_OPTIONS: Options = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "require": ["aud", "exp", "oid", "tid"],
}


class Tokens:
    """Mints and reads tokens of the cloud's one tenant."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    @cached_property
    def _private_key(self) -> str:
        return self._cloud.store.setting("token-key", _new_key)

    @cached_property
    def _public_key(self) -> ec.EllipticCurvePublicKey:
        key = serialization.load_pem_private_key(self._private_key.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the state's token key is of another kind: it was written by another version")
        return key.public_key()

    def mint(self, entry: ServicePrincipal, audience: str) -> str:
        """An access token for an application, with the claims that clients and services read."""
        now = self._cloud.clock.now()
        claims = {
            "aud": audience,
            "iss": f"{self._cloud.arm_endpoint}/{self._cloud.tenant_id}/",
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "appid": entry.app_id,
            "appidacr": "1",
            "idtyp": "app",
            "oid": entry.object_id,
            "sub": entry.object_id,
            "tid": self._cloud.tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._private_key, algorithm=_ALGORITHM, headers={"kid": "1"})

    def key_set(self) -> dict[str, Any]:
        """The public key, as JSON Web Key Set."""
        key = jwt.algorithms.ECAlgorithm.to_jwk(self._public_key, as_dict=True)
        return {"keys": [{**key, "use": "sig", "kid": "1", "alg": _ALGORITHM}]}

    def arm_caller(self, headers: Mapping[str, str]) -> Principal:
        """Who calls Resource Manager; 401 as it words it."""
        audiences = {entry.rstrip("/") for entry in (self._cloud.arm_endpoint, *ARM_AUDIENCES)}
        return self._caller(headers, audiences)

    def blob_caller(self, headers: Mapping[str, str], account_url: str) -> Principal:
        """Who calls the blob service with a bearer token; the account's own URL is an audience too."""
        return self._caller(headers, {STORAGE_AUDIENCE, account_url.rstrip("/"), self._cloud.blob_endpoint})

    def event_caller(self, headers: Mapping[str, str]) -> Principal:
        """Who publishes events to a custom topic with a bearer token."""
        return self._caller(headers, {EVENT_GRID_AUDIENCE})

    def _caller(self, headers: Mapping[str, str], audiences: Collection[str]) -> Principal:
        claims = self._claims(headers.get("authorization", ""))
        if str(claims["aud"]).rstrip("/") not in audiences:
            raise self._unauthorized(
                "InvalidAuthenticationTokenAudience",
                f"The access token has been obtained for wrong audience or resource '{claims['aud']}'. It should "
                f"exactly match with one of the allowed audiences {', '.join(repr(a) for a in sorted(audiences))}.",
            )
        if claims["exp"] < self._cloud.clock.now().timestamp():
            raise self._expired(int(claims["exp"]))
        return Principal(object_id=claims["oid"], tenant_id=claims["tid"], app_id=claims.get("appid", ""))

    def _claims(self, authorization: str) -> dict[str, Any]:
        if not authorization:
            message = "Authentication failed. The 'Authorization' header is missing."
            raise self._unauthorized("AuthenticationFailed", message)
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            message = "Authentication failed. The 'Authorization' header is provided in an invalid format."
            raise self._unauthorized("AuthenticationFailedInvalidHeader", message)
        try:
            return jwt.decode(token.strip(), self._public_key, algorithms=[_ALGORITHM], options=_OPTIONS)
        except jwt.InvalidTokenError as error:
            raise self._unauthorized("InvalidAuthenticationToken", "The access token is invalid.") from error

    def _expired(self, expiry: int) -> ArmError:
        ended, now = datetime.fromtimestamp(expiry, UTC), self._cloud.clock.now()
        message = (
            f"The access token expiry UTC time '{timestamp(ended)}' is earlier than current UTC time "
            f"'{timestamp(now)}'."
        )
        return self._unauthorized("ExpiredAuthenticationToken", message)

    def _unauthorized(self, code: str, message: str) -> ArmError:
        authority = f"{self._cloud.arm_endpoint}/{self._cloud.tenant_id}"
        challenge = f'Bearer authorization_uri="{authority}", error="invalid_token", error_description="{message}"'
        return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def _new_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
