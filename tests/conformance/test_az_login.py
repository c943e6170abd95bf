"""`az cloud`, `az login` and `az group`: the first minute of a user of az."""

from __future__ import annotations

import jwt
import pytest

from azure_cli import CLOUD_NAME, Az

pytestmark = pytest.mark.slow


def test_the_cloud_is_known_by_its_endpoint_alone(az: Az) -> None:
    """`az cloud show` has all endpoints of the cloud, taken from its metadata."""
    cloud = az("cloud", "show")

    endpoint = az.cloud["IMAGEGATE_ARM_ENDPOINT"]
    assert cloud["name"] == CLOUD_NAME
    assert cloud["isActive"] is True
    assert cloud["endpoints"]["resourceManager"] == endpoint
    assert cloud["endpoints"]["activeDirectory"] == endpoint
    assert cloud["suffixes"]["storageEndpoint"].startswith("localhost:")


def test_a_secret_logs_in(az: Az) -> None:
    """After `az login --service-principal` az shows the one subscription, and its tokens are the cloud's."""
    account = az("account", "show")
    token = az("account", "get-access-token")

    assert account["id"] == az.cloud["AZURE_SUBSCRIPTION_ID"]
    assert account["state"] == "Enabled"
    assert account["user"] == {"name": az.cloud["AZURE_CLIENT_ID"], "type": "servicePrincipal"}
    assert token["tenant"] == az.cloud["AZURE_TENANT_ID"]
    assert token["tokenType"] == "Bearer"


def test_groups(az: Az) -> None:
    """A group is created, shown, listed by tag, updated, asked about, deleted, and then gone."""
    made = az("group", "create", "--name", "rg-groups", "--location", "westeurope", "--tags", "team=images")
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert made["tags"] == {"team": "images"}

    listed = az("group", "list", "--tag", "team=images")
    assert [group["name"] for group in listed] == ["rg-groups"]
    assert az("group", "update", "--name", "rg-groups", "--set", "tags.stage=test")["tags"]["stage"] == "test"
    assert az("group", "exists", "--name", "rg-groups") is True

    assert az("group", "delete", "--name", "rg-groups", "--yes") is None
    assert az("group", "exists", "--name", "rg-groups") is False
    assert "ResourceGroupNotFound" in az.refused("group", "show", "--name", "rg-groups")


def test_a_federated_token_logs_in(az: Az, another_az: Az) -> None:
    """A token is taken where a federated credential of an identity names its issuer, subject and audience."""
    az("group", "create", "--name", "rg-federated", "--location", "westeurope")
    identity = az("identity", "create", "--resource-group", "rg-federated", "--name", "ci")
    issuer, subject = "https://token.actions.githubusercontent.com", "repo:contoso/images:ref:refs/heads/main"
    az(
        *("identity", "federated-credential", "create", "--resource-group", "rg-federated", "--identity-name", "ci"),
        *("--name", "main", "--issuer", issuer, "--subject", subject, "--audiences", "api://AzureADTokenExchange"),
    )
    az(
        *("role", "assignment", "create", "--assignee-object-id", identity["principalId"], "--role", "Reader"),
        *("--assignee-principal-type", "ServicePrincipal", "--scope", identity["id"].split("/providers/")[0]),
    )

    def log_in(claimed_subject: str) -> tuple[str, ...]:
        claims = {"iss": issuer, "sub": claimed_subject, "aud": "api://AzureADTokenExchange"}
        token = jwt.encode(claims, "a secret of the issuer's that is long enough", algorithm="HS256")
        return (
            *("login", "--service-principal", "--username", identity["clientId"]),
            *("--tenant", identity["tenantId"], "--federated-token", token, "--allow-no-subscriptions"),
        )

    assert "AADSTS70021" in another_az.refused(*log_in("repo:mallory/images:ref:refs/heads/main"))
    another_az(*log_in(subject))
    assert another_az("group", "show", "--name", "rg-federated")["name"] == "rg-federated"
    refusal = another_az.refused("group", "create", "--name", "rg-other", "--location", "westeurope")
    assert "AuthorizationFailed" in refusal
    assert "microsoft.resources/subscriptions/resourcegroups/write" in refusal.lower()


def test_a_wrong_secret_is_refused(another_az: Az, az: Az) -> None:
    """Entra ID's own number for an invalid secret comes out."""
    refusal = another_az.refused(
        *("login", "--service-principal", "--tenant", az.cloud["AZURE_TENANT_ID"]),
        *("--username", az.cloud["AZURE_CLIENT_ID"], "--password", "wrong"),
    )
    assert "AADSTS7000215" in refusal
