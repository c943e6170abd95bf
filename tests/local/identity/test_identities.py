"""User-assigned identities and their federated credentials."""

from __future__ import annotations

from collections.abc import Callable

import jwt
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientAssertionCredential

from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]

_ALL = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
_ONE = _ALL + "/builder"
_CREDENTIAL = {
    "properties": {
        "issuer": "https://token.example",
        "subject": "repo:me/images:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    }
}


def test_an_identity_has_the_recorded_shape(call: Call, cloud_server: LocalCloud, subscription_id: str) -> None:
    """201 with Location and an id that says `resourcegroups`; 200 at the second PUT, with the same principal."""
    first = call("PUT", _ONE, {"location": "West Europe"})
    body = first.json()
    assert first.status_code == 201
    resource_id = (
        f"/subscriptions/{subscription_id}/resourcegroups/rg/providers/Microsoft.ManagedIdentity/"
        "userAssignedIdentities/builder"
    )
    assert first.headers["Location"] == body["id"] == resource_id
    assert (body["location"], body["tags"]) == ("westeurope", {})
    assert set(body["properties"]) == {"tenantId", "principalId", "clientId"}
    assert body["properties"]["tenantId"] == cloud_server.cloud.tenant_id
    again = call("PUT", _ONE, {"location": "westeurope", "tags": {"a": "b"}})
    assert again.status_code == 200
    assert again.json()["properties"] == body["properties"]


def test_an_identity_is_listed_updated_and_deleted(call: Call) -> None:
    """Lists of group and subscription, PATCH of tags, DELETE 200 and then 204."""
    call("PUT", _ONE, {"location": "westeurope"})
    everywhere = "~/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    for path in (_ALL, everywhere):
        assert [entry["name"] for entry in call("GET", path).json()["value"]] == ["builder"]
    assert call("PATCH", _ONE, {"tags": {"x": "y"}}).json()["tags"] == {"x": "y"}
    assert call("DELETE", _ONE).status_code == 200
    assert call("DELETE", _ONE).status_code == 204
    assert call("GET", _ONE).json()["error"]["code"] == "ResourceNotFound"


def test_credentials_are_made_changed_and_deleted(call: Call) -> None:
    """201 with Location, 200, and deletion (recorded)."""
    call("PUT", _ONE, {"location": "westeurope"})
    path = _ONE + "/federatedIdentityCredentials/ci"
    made = call("PUT", path, _CREDENTIAL)
    assert (made.status_code, made.json()["properties"]) == (201, _CREDENTIAL["properties"])
    assert made.headers["Location"] == made.json()["id"]
    assert call("PUT", path, _CREDENTIAL).status_code == 200
    listed = call("GET", _ONE + "/federatedIdentityCredentials").json()["value"]
    assert [entry["name"] for entry in listed] == ["ci"]
    assert call("DELETE", path).status_code == 200
    assert call("GET", path).status_code == 404
    assert call("PUT", path, {"properties": {}}).status_code == 400


def test_an_identity_logs_in_with_what_its_credential_trusts(
    call: Call, cloud_server: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issuer, subject and audience have to match the federated credential; else AADSTS70021."""
    identity = call("PUT", _ONE, {"location": "westeurope"}).json()["properties"]
    call("PUT", _ONE + "/federatedIdentityCredentials/ci", _CREDENTIAL)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud_server.ca_bundle))
    endpoint = cloud_server.cloud.arm_endpoint

    def token(subject: str) -> str:
        claims = {"iss": "https://token.example", "sub": subject, "aud": "api://AzureADTokenExchange"}
        assertion = jwt.encode(claims, "k" * 32)
        with ClientAssertionCredential(
            cloud_server.cloud.tenant_id,
            identity["clientId"],
            lambda: assertion,
            authority=endpoint,
            disable_instance_discovery=True,
        ) as known:
            return known.get_token(f"{endpoint}/.default").token

    claims = jwt.decode(token("repo:me/images:ref:refs/heads/main"), options={"verify_signature": False})
    assert claims["oid"] == identity["principalId"]
    with pytest.raises(ClientAuthenticationError, match="AADSTS70021"):
        token("repo:somebody/else")


def test_resources_that_have_the_identity_are_listed(call: Call) -> None:
    """A site with the identity is associated with it, and nothing else is."""
    identity = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/associated"
    found = call("PUT", identity, {"location": "westeurope"}).json()["id"]
    ask = f"{identity}/listAssociatedResources"
    assert call("POST", ask).json() == {"totalCount": 0, "value": []}
    call("POST", "~/providers/Microsoft.Web/register")
    known = {"type": "UserAssigned", "userAssignedIdentities": {found: {}}}
    site = call(
        "PUT",
        "~/resourceGroups/rg/providers/Microsoft.Web/sites/associated",
        {"location": "westeurope", "identity": known},
    )
    assert site.status_code == 200
    assert [entry["name"] for entry in call("POST", ask).json()["value"]] == ["associated"]
