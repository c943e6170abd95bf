"""The credential of a GitHub job: masks what it obtains, and says what the job lacks when it obtains nothing."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError

from imagegate.errors import LoginFailed
from imagegate.gateway.github_event_file import read_github_event
from imagegate.gateway.github_token import AUDIENCE, GitHubJobToken
from imagegate.gateway.translation import no_connection

_SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
_NUMBER = re.compile(r"AADSTS(\d+)")
_SUBJECT = re.compile(r"subject '([^']*)'", re.IGNORECASE)
_UNMATCHED = {"70021", "700211", "700212", "700213", "700214", "7002138"}
"""No federated credential fits: none at all, by issuer, audience, subject, … Source: Entra, error codes."""
_UNKNOWN_APPLICATION = {"700016", "90002"}
_EXPIRED_SECRET = {"7000215", "7000222"}
_TRY = "try/action.yml of imagegate builds and boots the image on the runner itself and needs no credential at all."


class JobCredential:
    """A credential whose failures speak of the job: its permissions, its subject, its pull request."""

    def __init__(
        self,
        inner: TokenCredential,
        environment: Mapping[str, str],
        *,
        on_secret: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._inner = inner
        self._environment = environment
        self._on_secret = on_secret
        self._last = ""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """A token for the scopes.

        Raises:
            LoginFailed: with what is to be changed in the workflow or in Entra.
            ClientAuthenticationError: the login host could not be reached; nothing in the workflow is wrong.
        """
        try:
            found = self._inner.get_token(*scopes, **options)
        except ClientAuthenticationError as error:
            if no_connection(error):
                raise
            raise explain_login(str(error.message or error), self._environment, self._claims) from error
        if found.token != self._last:
            self._last = found.token
            self._on_secret(found.token)
        return found

    def _claims(self) -> dict[str, str]:
        """What the job's token says of itself; empty when there is none."""
        try:
            token = GitHubJobToken(self._environment, on_secret=self._on_secret)()
            part = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        except (KeyError, IndexError, ValueError, binascii.Error, ClientAuthenticationError):
            return {}
        return {name: str(claims.get(name) or "") for name in ("sub", "iss")} if isinstance(claims, dict) else {}


def explain_login(
    message: str, environment: Mapping[str, str], claims: Callable[[], Mapping[str, str]] = dict
) -> LoginFailed:
    """Our error for a login that failed in a job. `claims` asks for the job's own `sub` and `iss`."""
    numbers = set(_NUMBER.findall(message))
    client_id, tenant_id = environment.get("AZURE_CLIENT_ID", ""), environment.get("AZURE_TENANT_ID", "")
    ids = {name: value for name, value in (("client id", client_id), ("tenant id", tenant_id)) if value}
    if numbers & _UNMATCHED:
        return _unmatched(message, ids, claims())
    if numbers & _UNKNOWN_APPLICATION:
        text = "Azure knows no such application in that tenant."
        hint = "Check client-id and tenant-id; a managed identity's client id counts as one."
        return LoginFailed(f"{text}\n{_first_line(message)}", hint=hint, ids=ids)
    if numbers & _EXPIRED_SECRET:
        hint = "Better none at all: give the job `permissions: id-token: write` and add a federated credential."
        return LoginFailed(f"Azure does not take the client secret.\n{_first_line(message)}", hint=hint, ids=ids)
    has_proof = any(environment.get(name) for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", *_SECRETS))
    if has_proof and client_id and tenant_id:
        return LoginFailed(f"Azure did not let the job in.\n{_first_line(message)}", ids=ids)
    return _nothing_to_show(message, environment, ids)


def _unmatched(message: str, ids: Mapping[str, str], claims: Mapping[str, str]) -> LoginFailed:
    told = _SUBJECT.search(message)
    subject = claims.get("sub") or (told[1] if told else "")
    return LoginFailed(
        "Azure trusts no token of this job: the application has no federated credential for its subject.",
        principal=ids.get("client id"),
        hint="Add one to the application or identity, word for word as below (Entra compares capitals, too); it takes "
        f"a minute to arrive. Azure said: {_first_line(message)}",
        ids={
            **{name: value for name, value in ids.items() if name != "client id"},
            "subject": subject or "(not told)",
            "issuer": claims.get("iss") or "https://token.actions.githubusercontent.com",
            "audience": AUDIENCE,
        },
    )


def _nothing_to_show(message: str, environment: Mapping[str, str], ids: Mapping[str, str]) -> LoginFailed:
    event = read_github_event(environment)
    if event is not None and event.is_fork:
        return LoginFailed(
            "This pull request comes from a fork: GitHub gives its jobs neither secrets nor an identity token, "
            "so nothing can be built on Azure.",
            hint=_TRY,
            ids=ids,
        )
    if not (ids.get("client id") and ids.get("tenant id")):
        return LoginFailed(
            f"The job has nothing to log in to Azure with.\n{_first_line(message)}",
            hint="Give the inputs client-id and tenant-id, and the job `permissions: id-token: write`; or run on a "
            "machine with a managed identity.",
            ids=ids,
        )
    return LoginFailed(
        "The job may not ask for an identity token, and there is no secret either.",
        hint="Add to the job:\n  permissions:\n    id-token: write\n    contents: read\n    statuses: write",
        ids=ids,
    )


def _first_line(message: str) -> str:
    return next((line.strip() for line in message.splitlines() if line.strip()), "")[:500]
