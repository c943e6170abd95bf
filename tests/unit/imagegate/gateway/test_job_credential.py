"""What a job is told when Azure does not let it in, and what is masked when it does."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from fake_wire import Answer, Wire
from imagegate.errors import NotAuthorised
from imagegate.gateway.credential import credential_of
from imagegate.gateway.endpoints import PUBLIC
from imagegate.gateway.github_token import ENTRA_AUDIENCE as AUDIENCE
from imagegate.gateway.github_token import GitHubJobToken
from imagegate.gateway.job_credential import JobCredential, explain_login

JOB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r"}
IDS = {"AZURE_CLIENT_ID": "client", "AZURE_TENANT_ID": "tenant"}
OIDC = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example/x?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request"}
CLAIMS = {"sub": "repo:o/r:ref:refs/heads/main", "iss": "https://token.actions.githubusercontent.com"}
UNMATCHED = (
    "(invalid_client) AADSTS{number}: No matching federated identity record found for presented assertion subject "
    "'repo:o/r:pull_request'. Trace ID: 1"
)


class Refusing:
    """A credential that fails, or has one token."""

    def __init__(self, message: str = "", token: str = "") -> None:
        self.message, self.token = message, token

    def get_token(self, *_scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - azure-core's signature
        """Fail, or give the token."""
        if self.message:
            raise ClientAuthenticationError(self.message)
        return AccessToken(self.token, 0)


@pytest.mark.parametrize("number", ["70021", "70025", "700213", "700211", "700212"])
def test_no_federated_credential(number: str) -> None:
    """Whatever does not match, the subject to register is printed with issuer and audience: the job's own, if known."""
    error = explain_login(UNMATCHED.format(number=number), JOB | IDS | OIDC, lambda: CLAIMS)

    assert error.ids["subject"] == CLAIMS["sub"]
    assert error.ids["audience"] == AUDIENCE
    assert error.principal == "client"
    assert explain_login(UNMATCHED.format(number=number), JOB | IDS | OIDC).ids["subject"] == "repo:o/r:pull_request"


@pytest.mark.parametrize(
    ("environment", "message", "words"),
    [
        (IDS, "no managed identity", "id-token: write"),
        ({}, "no managed identity", "Give the inputs client-id and tenant-id"),
        (IDS | OIDC, "AADSTS700016: Application not found", "Check client-id and tenant-id"),
        (IDS | {"AZURE_CLIENT_SECRET": "s"}, "AADSTS7000222: expired", "id-token: write"),
        (IDS | {"AZURE_CLIENT_SECRET": "s"}, "AADSTS7000215: Invalid client secret", "The client secret is wrong"),
        (IDS | OIDC, "AADSTS53003: Access has been blocked", "Ask who owns Conditional Access"),
        (IDS | {"AZURE_CLIENT_SECRET": "s"}, "AADSTS50001: other", "AADSTS50001: other"),
        (IDS | OIDC, "AADSTS50001: other", "AADSTS50001: other"),
    ],
)
def test_what_the_job_lacks(environment: Mapping[str, str], message: str, words: str) -> None:
    """Each cause has its own text, with what is to be changed."""
    assert words in str(explain_login(message, {**JOB, **environment}))


@pytest.mark.parametrize(
    ("subject", "ids", "other"),
    [
        ("repo:o/r:pull_request", {}, {}),
        (
            "repo:o/r:ref:refs/heads/main",
            {"repository_owner_id": "12", "repository_id": "34"},
            {"subject, new form": "repo:o@12/r@34:ref:refs/heads/main"},
        ),
        ("repo:o@12/r@34:environment:live", {}, {"subject, old form": "repo:o/r:environment:live"}),
        ("repository_owner:o:workflow:x", {}, {}),
    ],
)
def test_both_forms_of_a_subject(subject: str, ids: dict[str, str], other: dict[str, str]) -> None:
    """GitHub has two forms of a subject: the job's own is printed, and the one that a switch would make of it."""
    claims = {"sub": subject, "iss": CLAIMS["iss"], **ids}

    found = explain_login(UNMATCHED.format(number="70025"), JOB | IDS | OIDC, lambda: claims).ids

    assert found["subject"] == subject
    assert {name: value for name, value in found.items() if name.startswith("subject,")} == other


def test_a_fork(tmp_path: Path) -> None:
    """A fork's pull request cannot have credentials; it is told where it can build."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 1, "head": {"repo": {"full_name": "f/r"}}}}))

    error = explain_login("nothing", {**JOB, "GITHUB_EVENT_PATH": str(event)})

    assert "comes from a fork" in error.message
    assert "try/action.yml" in str(error)


def test_tokens_are_masked_where_they_are_obtained() -> None:
    """Each new token is told once, before it is used."""
    told: list[str] = []
    credential = JobCredential(Refusing(token="abc"), JOB, on_secret=told.append)

    credential.get_token("scope")
    credential.get_token("scope")

    assert told == ["abc"]


def test_the_subject_is_read_from_the_jobs_token(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing matches, the job's token is asked for its own subject, and masked."""
    token = f"h.{base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode().rstrip('=')}.s"
    wire.on("GET", "/x", Answer(body={"value": token}))
    environment, told = JOB | IDS | OIDC, list[str]()
    monkeypatch.setattr(
        "imagegate.gateway.job_credential.GitHubJobToken",
        lambda given, **options: GitHubJobToken(given, transport=wire.transport, **options),
    )
    credential = JobCredential(Refusing(UNMATCHED.format(number="70021")), environment, on_secret=told.append)

    with pytest.raises(NotAuthorised) as caught:
        credential.get_token("scope")

    assert caught.value.ids["subject"] == CLAIMS["sub"]
    assert told == [token]
    assert wire.seen[0].query["audience"] == AUDIENCE


def test_only_a_job_has_it() -> None:
    """Outside of a job credentials stay as the SDK has them."""
    secret = IDS | {"AZURE_CLIENT_SECRET": "s"}

    assert isinstance(credential_of(JOB | secret, PUBLIC), JobCredential)
    assert not isinstance(credential_of(secret, PUBLIC), JobCredential)
