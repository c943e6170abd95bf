"""Logging in: who gets a token, and what a token that is not good is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientAssertionCredential, ClientSecretCredential

from localazure.assembly import LocalCloud


def _get(server: LocalCloud, headers: dict[str, str]) -> requests.Response:
    url = f"{server.cloud.arm_endpoint}/subscriptions?api-version=2022-12-01"
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, verify=str(server.ca_bundle))


def test_the_sdk_logs_in_with_the_owners_secret(cloud_server: LocalCloud, credential: ClientSecretCredential) -> None:
    """A token for the cloud's own endpoint names tenant, application and object id, and lives for an hour."""
    token = credential.get_token(f"{cloud_server.cloud.arm_endpoint}/.default")
    claims = jwt.decode(token.token, options={"verify_signature": False})
    assert claims["tid"] == cloud_server.cloud.tenant_id
    assert claims["appid"] == cloud_server.owner.app_id
    assert claims["oid"] == cloud_server.owner.object_id
    assert claims["aud"] == cloud_server.cloud.arm_endpoint
    assert claims["exp"] - claims["iat"] == 3600


def test_the_owner_with_another_secret_is_refused(cloud_server: LocalCloud, credential: ClientSecretCredential) -> None:
    """A wrong secret is answered as Entra ID answers it: AADSTS7000215."""
    environment = cloud_server.environment
    with (
        ClientSecretCredential(
            environment["AZURE_TENANT_ID"],
            environment["AZURE_CLIENT_ID"],
            "not the secret",
            authority=environment["AZURE_AUTHORITY_HOST"],
            disable_instance_discovery=True,
        ) as wrong,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        wrong.get_token(f"{cloud_server.cloud.arm_endpoint}/.default")


def test_an_assertion_of_an_issuer_logs_in_without_a_secret(
    cloud_server: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An OpenID Connect token of a continuous integration job is enough for an application."""
    environment = cloud_server.environment
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", environment["REQUESTS_CA_BUNDLE"])
    assertion = jwt.encode({"iss": "https://token.example", "sub": "repo:a/b", "aud": "x"}, "k" * 32)
    with ClientAssertionCredential(
        environment["AZURE_TENANT_ID"],
        "22222222-2222-2222-2222-222222222222",
        lambda: assertion,
        authority=environment["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    ) as known:
        token = known.get_token(f"{cloud_server.cloud.arm_endpoint}/.default").token
    assert jwt.decode(token, options={"verify_signature": False})["appid"] == "22222222-2222-2222-2222-222222222222"


def test_the_first_secret_of_a_new_application_becomes_its_own(
    cloud_server: LocalCloud, caller: Callable[..., Any]
) -> None:
    """Any application may log in; with another secret than at its first login it may not."""
    caller("33333333-3333-3333-3333-333333333333", "first")
    form = {
        "grant_type": "client_credentials",
        "client_id": "33333333-3333-3333-3333-333333333333",
        "client_secret": "second",
        "scope": "https://management.azure.com/.default",
    }
    url = f"{cloud_server.cloud.arm_endpoint}/{cloud_server.cloud.tenant_id}/oauth2/v2.0/token"
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(url, form, verify=str(cloud_server.ca_bundle))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_codes"] == [7000215]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "AuthenticationFailed"),
        ({"Authorization": "Basic eA=="}, "AuthenticationFailedInvalidHeader"),
        ({"Authorization": "Bearer not.a.token"}, "InvalidAuthenticationToken"),
    ],
)
def test_calls_without_a_good_token_are_unauthorized(
    cloud_server: LocalCloud, header: dict[str, str], code: str
) -> None:
    """401 in Resource Manager's envelope, with a challenge that names the authority."""
    answer = _get(cloud_server, header)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code
    assert cloud_server.cloud.tenant_id in answer.headers["WWW-Authenticate"]


def test_a_token_for_another_audience_is_unauthorized(
    cloud_server: LocalCloud, credential: ClientSecretCredential
) -> None:
    """A storage token does not open Resource Manager."""
    token = credential.get_token("https://storage.azure.com/.default").token
    answer = _get(cloud_server, {"Authorization": f"Bearer {token}"})
    assert answer.json()["error"]["code"] == "InvalidAuthenticationTokenAudience"


def test_a_token_of_another_cloud_is_unauthorized(cloud_server: LocalCloud) -> None:
    """A token that somebody else signed is not a token."""
    claims = {"aud": cloud_server.cloud.arm_endpoint, "exp": 9999999999, "oid": "x", "tid": "y"}
    forged = jwt.encode(claims, "k" * 32)
    answer = _get(cloud_server, {"Authorization": f"Bearer {forged}"})
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
