"""Storage accounts and containers, as Resource Manager serves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]

_ALL = "~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts"
_ONE = _ALL + "/scripts01"
_CONTAINERS = _ONE + "/blobServices/default/containers"
_BODY = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}


def test_an_account_is_made_in_the_background(call: Call, settled: Call, cloud_server: LocalCloud) -> None:
    """202 without a body and Location with `monitor=true`, which answers the account (recorded)."""
    accepted = settled("PUT", _ONE, _BODY)
    assert (accepted.status_code, accepted.content) == (202, b"")
    assert "/providers/Microsoft.Storage/locations/westeurope/asyncoperations/" in accepted.headers["Location"]
    assert "?monitor=true&api-version=" in accepted.headers["Location"]
    path = "/" + accepted.headers["Location"].split("?")[0].split("/", 3)[3]
    account = call("GET", path, monitor="true").json()
    assert account == call("GET", _ONE).json()
    assert account["properties"]["provisioningState"] == "Succeeded"
    assert account["properties"]["primaryEndpoints"]["blob"] == f"{cloud_server.cloud.blob_endpoint}/scripts01/"
    assert account["properties"]["allowBlobPublicAccess"] is False
    assert account["sku"] == {"name": "Standard_LRS", "tier": "Standard"}


def test_an_account_is_changed_and_deleted(call: Call, settled: Call) -> None:
    """A second PUT and PATCH answer 200 with the account; DELETE answers 200, then 204."""
    settled("PUT", _ONE, _BODY)
    again = call("PUT", _ONE, _BODY | {"properties": {"allowSharedKeyAccess": False}})
    assert (again.status_code, again.json()["properties"]["allowSharedKeyAccess"]) == (200, False)
    assert call("PATCH", _ONE, {"tags": {"a": "b"}}).json()["tags"] == {"a": "b"}
    assert [entry["name"] for entry in call("GET", _ALL).json()["value"]] == ["scripts01"]
    assert call("DELETE", _ONE).status_code == 200
    assert call("DELETE", _ONE).status_code == 204
    assert call("GET", _ONE).json()["error"]["code"] == "ResourceNotFound"


def test_names_are_unique_in_the_cloud(call: Call, settled: Call) -> None:
    """A name that another group has is refused, and told unavailable."""
    settled("PUT", _ONE, _BODY)
    call("PUT", "~/resourceGroups/other", {"location": "westeurope"})
    refused = call("PUT", _ONE.replace("/rg/", "/other/"), _BODY)
    assert refused.json()["error"]["code"] == "StorageAccountInAnotherResourceGroup"
    path = "~/providers/Microsoft.Storage/checkNameAvailability"

    def available(name: str) -> dict[str, Any]:
        body = {"name": name, "type": "Microsoft.Storage/storageAccounts"}
        return dict(call("POST", path, body).json())

    assert available("scripts01")["reason"] == "AlreadyExists"
    assert available("Not-Valid")["reason"] == "AccountNameInvalid"
    assert available("stillfree") == {"nameAvailable": True}


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("UPPER", _BODY, "AccountNameInvalid"),
        ("ab", _BODY, "AccountNameInvalid"),
        ("a" * 25, _BODY, "AccountNameInvalid"),
        ("scripts01", {"location": "westeurope"}, "InvalidRequestContent"),
        ("scripts01", _BODY | {"kind": "Tape"}, "InvalidValuesForRequestParameters"),
    ],
)
def test_an_account_that_cannot_be_is_refused(call: Call, name: str, body: dict[str, Any], code: str) -> None:
    """400 with the service's code."""
    answer = call("PUT", f"{_ALL}/{name}", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_keys_are_listed_and_renewed(call: Call, settled: Call) -> None:
    """Two keys of 64 bytes; renewing one leaves the other."""
    settled("PUT", _ONE, _BODY)
    before = {entry["keyName"]: entry["value"] for entry in call("POST", _ONE + "/listKeys").json()["keys"]}
    assert set(before) == {"key1", "key2"}
    renewed = call("POST", _ONE + "/regenerateKey", {"keyName": "key2"}).json()["keys"]
    after = {entry["keyName"]: entry["value"] for entry in renewed}
    assert after["key1"] == before["key1"]
    assert after["key2"] != before["key2"]


def test_containers_are_made_listed_and_deleted(call: Call, settled: Call) -> None:
    """201, 200 for the second PUT, list, 404 after deletion (recorded words)."""
    settled("PUT", _ONE, _BODY)
    assert call("PUT", _CONTAINERS + "/scripts", {}).status_code == 201
    assert call("PUT", _CONTAINERS + "/scripts", {"properties": {"metadata": {"a": "b"}}}).status_code == 200
    (listed,) = call("GET", _CONTAINERS).json()["value"]
    assert (listed["name"], listed["properties"]["publicAccess"]) == ("scripts", "None")
    assert call("DELETE", _CONTAINERS + "/scripts").status_code == 200
    assert call("DELETE", _CONTAINERS + "/scripts").status_code == 204
    missing = call("GET", _CONTAINERS + "/scripts")
    assert missing.json()["error"]["code"] == "ContainerNotFound"


def test_a_private_account_has_no_public_container(call: Call, settled: Call) -> None:
    """PublicAccessNotPermitted, as the account's default says."""
    settled("PUT", _ONE, _BODY)
    answer = call("PUT", _CONTAINERS + "/open", {"properties": {"publicAccess": "Blob"}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "PublicAccessNotPermitted")
    assert call("PUT", _CONTAINERS + "/No_Name", {}).status_code == 400


def test_blob_service_settings_are_kept(call: Call, settled: Call) -> None:
    """The one service of an account has settings that templates write."""
    settled("PUT", _ONE, _BODY)
    path = _ONE + "/blobServices/default"
    retention = {"deleteRetentionPolicy": {"enabled": True, "days": 7}}
    call("PUT", path, {"properties": retention})
    assert call("GET", path).json()["properties"]["deleteRetentionPolicy"] == {"enabled": True, "days": 7}
    assert len(call("GET", _ONE + "/blobServices").json()["value"]) == 1
