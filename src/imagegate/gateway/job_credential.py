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
from imagegate.gateway.github_token import ENTRA_AUDIENCE, GitHubJobToken
from imagegate.gateway.login_errors import first_line, matches_no_credential, refused_login
from imagegate.gateway.translation import no_connection

_SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
_SUBJECT = re.compile(r"subject '([^']*)'", re.IGNORECASE)
_PARTS = re.compile(r"repo:(?P<owner>[^/@:]+)(?P<ids>@\d+)?/(?P<name>[^@:]+)(?:@\d+)?:(?P<rest>.*)")
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
        if not isinstance(claims, dict):
            return {}
        names = ("sub", "iss", "repository_id", "repository_owner_id")
        return {name: str(claims.get(name) or "") for name in names}


def explain_login(
    message: str, environment: Mapping[str, str], claims: Callable[[], Mapping[str, str]] = dict
) -> LoginFailed:
    """Our error for a login that failed in a job. `claims` asks for the claims of the job's own token."""
    client_id, tenant_id = environment.get("AZURE_CLIENT_ID", ""), environment.get("AZURE_TENANT_ID", "")
    ids = {name: value for name, value in (("client id", client_id), ("tenant id", tenant_id)) if value}
    if matches_no_credential(message):
        return _unmatched(message, ids, claims())
    if known := refused_login(message, ids):
        return known
    has_proof = any(environment.get(name) for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", *_SECRETS))
    if has_proof and client_id and tenant_id:
        return LoginFailed(f"Azure did not let the job in.\n{first_line(message)}", ids=ids)
    return _nothing_to_show(message, environment, ids)


def _unmatched(message: str, ids: Mapping[str, str], claims: Mapping[str, str]) -> LoginFailed:
    told = _SUBJECT.search(message)
    subject = claims.get("sub") or (told[1] if told else "")
    return LoginFailed(
        "Azure trusts no token of this job: the application has no federated credential for its subject.",
        principal=ids.get("client id"),
        hint="Add one to the application or identity, word for word as below (Entra compares capitals, too); it takes "
        f"a minute to arrive. Azure said: {first_line(message)}",
        ids={
            **{name: value for name, value in ids.items() if name != "client id"},
            "subject": subject or "(not told)",
            **_other_form(subject, claims),
            "issuer": claims.get("iss") or "https://token.actions.githubusercontent.com",
            "audience": ENTRA_AUDIENCE,
        },
    )


def _other_form(subject: str, claims: Mapping[str, str]) -> dict[str, str]:
    """The subject as GitHub sends it for other repositories: with ids in it, or without.

    Source: GitHub documentation, "Immutable subject claims"; a repository may be switched from one form to the other.
    """
    found = _PARTS.fullmatch(subject)
    if found is None:
        return {}
    owner, name, rest = found["owner"], found["name"], found["rest"]
    if found["ids"]:
        return {"subject, old form": f"repo:{owner}/{name}:{rest}"}
    owner_id, repository_id = claims.get("repository_owner_id"), claims.get("repository_id")
    if not owner_id or not repository_id:
        return {}
    return {"subject, new form": f"repo:{owner}@{owner_id}/{name}@{repository_id}:{rest}"}


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
            f"The job has nothing to log in to Azure with.\n{first_line(message)}",
            hint="Give the inputs client-id and tenant-id, and the job `permissions: id-token: write`; or run on a "
            "machine with a managed identity.",
            ids=ids,
        )
    return LoginFailed(
        "The job may not ask for an identity token, and there is no secret either.",
        hint="Add to the job:\n  permissions:\n    id-token: write\n    contents: read\n    statuses: write",
        ids=ids,
    )
