"""Checks the signature of a job's identity token with the keys of the one issuer that the settings name.

Kept as PyPI's verifier does: RS256 only, keys by `kid` from the issuer's own set and from nowhere else, every check
written out.
"""

import os
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from imagegate.errors import ServiceUnreachable

_TIMEOUT_S = 5
_KEYS_PATH = "/.well-known/jwks"
KEY_ID = "imagegate:key"
"""Stands among the claims for the key that signed them; no claim of GitHub has a colon."""

_REQUIRED = ("iss", "aud", "sub", "iat", "exp", "repository", "sha", "event_name", "job_workflow_ref", "run_id")


class NotAProof(Exception):  # noqa: N818 - what the token is
    """A token that proves nothing; the message says why."""


class JobTokens:
    """Verifies tokens of one issuer. Keys are fetched when they are first needed and kept for five minutes.

    `key_set` is the issuer's key set as JSON, for an issuer that cannot be reached from here; then nothing is fetched.
    """

    def __init__(self, issuer: str, *, key_set: str = "") -> None:
        self.issuer = issuer.rstrip("/")
        self._key_set = key_set

    @cached_property
    def _keys(self) -> Any:  # noqa: ANN401 - imported late: start time
        from jwt import PyJWKClient

        if self._key_set:
            return _GivenKeys(self._key_set)

        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or None
        context = ssl.create_default_context(cafile=bundle)
        return PyJWKClient(f"{self.issuer}{_KEYS_PATH}", cache_keys=False, timeout=_TIMEOUT_S, ssl_context=context)

    def unverified_audience(self, token: str) -> str:
        """The audience that a token claims, before any signature is checked; empty for what is no token."""
        import jwt

        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            return ""
        return str(claims.get("aud") or "")

    def verify(self, token: str, *, audience: str) -> Mapping[str, Any]:
        """The claims of a token that the issuer signed for exactly this audience, and `KEY_ID`.

        Expiry is not checked: the token can only speak of the one version that its audience names, and is read after
        the five minutes of its life.

        Raises:
            NotAProof: it is forged, altered, of another issuer, or for another audience.
            ServiceUnreachable: the issuer's keys cannot be read; to be tried again.
        """
        import jwt

        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise NotAProof(f"it is no token: {error}") from error
        if header.get("alg") != "RS256" or not header.get("kid"):
            raise NotAProof(f"it is signed with {header.get('alg')} and names the key {header.get('kid')!r}")
        try:
            key = self._keys.get_signing_key(str(header["kid"]))
        except jwt.PyJWKClientConnectionError as error:
            raise ServiceUnreachable(f"The keys of {self.issuer} cannot be read: {error}") from error
        except jwt.PyJWKClientError as error:
            raise NotAProof(self._unknown_key(str(header["kid"]))) from error
        except (jwt.PyJWTError, OSError, ValueError) as error:  # an answer that is no key set, or broke off
            raise ServiceUnreachable(f"The keys of {self.issuer} cannot be read: {error}") from error
        try:
            claims = jwt.decode(
                token,
                key=key,
                algorithms=["RS256"],
                audience=audience,
                issuer=self.issuer,
                options={
                    "verify_signature": True,
                    "verify_aud": True,
                    "strict_aud": True,
                    "verify_iss": True,
                    "verify_exp": False,
                    "verify_iat": True,
                    "verify_nbf": False,
                    "require": list(_REQUIRED),
                },
            )
        except (jwt.InvalidTokenError, TypeError, ValueError) as error:  # PyJWT expects claims of the right types
            raise NotAProof(f"{type(error).__name__}: {error}") from error
        return {**claims, KEY_ID: str(header["kid"])}

    def _unknown_key(self, kid: str) -> str:
        if not self._key_set:
            return f"{self.issuer} has no key {kid}"
        return (
            f"the key file given for {self.issuer} has no key {kid}; if the issuer has new keys, give them with "
            "`imagegate setup FOLDER --function --issuer-keys FILE`"
        )


class _GivenKeys:
    """Keys from a text, asked for as PyJWKClient is."""

    def __init__(self, key_set: str) -> None:
        self._text = key_set

    def get_signing_key(self, kid: str) -> Any:  # noqa: ANN401 - PyJWT's key
        import jwt

        try:
            keys = jwt.PyJWKSet.from_json(self._text).keys
        except (ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            raise jwt.PyJWKClientError("the key file is no JSON Web Key Set") from error
        found = next((key for key in keys if key.key_id == kid), None)
        if found is None:
            raise jwt.PyJWKClientError(f"no key {kid}")
        return found
