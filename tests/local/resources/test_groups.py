"""Resource groups and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient

type Call = Callable[..., requests.Response]

_IDENTITY = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
_NETWORK = "~/resourceGroups/rg/providers/Microsoft.Network"


@pytest.fixture
def client(
    credential: ClientSecretCredential, subscription_id: str, sdk_options: dict[str, Any]
) -> ResourceManagementClient:
    """The SDK's client."""
    return ResourceManagementClient(credential, subscription_id, **sdk_options)


def test_the_sdk_walks_a_groups_life(client: ResourceManagementClient) -> None:
    """Create, look, update, list, check and delete with the SDK's own poller."""
    with client:
        made = client.resource_groups.create_or_update("rg1", {"location": "West Europe", "tags": {"a": "b"}})
        assert (made.location, made.type) == ("westeurope", "Microsoft.Resources/resourceGroups")
        assert client.resource_groups.check_existence("RG1")
        assert client.resource_groups.update("rg1", {"tags": {"c": "d"}}).tags == {"c": "d"}
        assert [group.name for group in client.resource_groups.list(filter="tagName eq 'c'")] == ["rg1"]
        client.resource_groups.begin_delete("rg1").result()
        assert not client.resource_groups.check_existence("rg1")


def test_a_group_is_made_once_and_then_updated(call: Call) -> None:
    """201 first, 200 then; the name keeps its first spelling and the location stays."""
    body = {"location": "westeurope"}
    assert call("PUT", "~/resourceGroups/Mine", body).status_code == 201
    again = call("PUT", "~/resourcegroups/MINE", body)
    assert (again.status_code, again.json()["name"]) == (200, "Mine")
    moved = call("PUT", "~/resourceGroups/mine", {"location": "eastus"})
    assert (moved.status_code, moved.json()["error"]["code"]) == (409, "InvalidResourceGroupLocation")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("rg2", {}, "LocationRequired"),
        ("rg2", {"location": "atlantis"}, "LocationNotAvailableForResourceGroup"),
        ("ends.with.", {"location": "westeurope"}, "InvalidResourceGroup"),
        ("x" * 91, {"location": "westeurope"}, "InvalidResourceGroup"),
    ],
)
def test_a_group_that_cannot_be_is_refused(call: Call, name: str, body: dict[str, str], code: str) -> None:
    """400 with Resource Manager's code."""
    answer = call("PUT", f"~/resourceGroups/{name}", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_missing_group_is_told_in_azures_words(call: Call) -> None:
    """ResourceGroupNotFound for the group and for every resource under it (recorded)."""
    for path in ("~/resourceGroups/no", "~/resourceGroups/no/providers/Microsoft.Network/virtualNetworks/v"):
        answer = call("GET", path)
        assert answer.status_code == 404
        assert answer.json()["error"] == {
            "code": "ResourceGroupNotFound",
            "message": "Resource group 'no' could not be found.",
        }


def test_deleting_a_group_takes_everything_along(call: Call, settled: Call) -> None:
    """What uses goes before what is used; Location answers 202 first and 200 without a body at the end (recorded)."""
    network = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    network["properties"] = {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}],
    }
    subnet = settled("PUT", _NETWORK + "/virtualNetworks/v", network).json()["properties"]["subnets"][0]["id"]
    configuration = {"name": "c", "properties": {"subnet": {"id": subnet}}}
    body = {"location": "westeurope", "properties": {"ipConfigurations": [configuration]}}
    settled("PUT", _NETWORK + "/networkInterfaces/n", body)
    call("PUT", _IDENTITY + "/i", {"location": "westeurope"})
    answer = settled("DELETE", "~/resourceGroups/rg")
    assert answer.status_code == 202
    path = "/" + answer.headers["Location"].split("?")[0].split("/", 3)[3]
    ended = call("GET", path)
    assert (ended.status_code, ended.content) == (200, b"")
    assert call("GET", "~/resourceGroups/rg").status_code == 404
    assert call("PUT", "~/resourceGroups/rg", {"location": "eastus"}).status_code == 201
    assert call("GET", "~/resourceGroups/rg/resources").json() == {"value": []}


def test_resources_are_listed_by_type_and_tag(call: Call) -> None:
    """`$filter` of the generic list, with clauses joined by `and`."""
    call("PUT", _IDENTITY + "/one", {"location": "westeurope", "tags": {"env": "test"}})
    call("PUT", _IDENTITY + "/two", {"location": "westeurope", "tags": {"env": "live"}})

    def names(text: str) -> list[str]:
        found = call("GET", "~/resources", **{"$filter": text}).json()["value"]
        return [str(entry["name"]) for entry in found]

    kind = "resourceType eq 'Microsoft.ManagedIdentity/userAssignedIdentities'"
    assert names(kind) == ["one", "two"]
    assert names(f"{kind} and name eq 'two'") == ["two"]
    assert names("tagName eq 'env' and tagValue eq 'test'") == ["one"]
    assert names("tagName eq 'ENV'") == ["one", "two"]
    assert names("substringof('tw', name)") == ["two"]
    assert names("resourceGroup eq 'other'") == []


def test_a_filter_that_is_not_served_is_refused(call: Call) -> None:
    """Never an unfiltered list."""
    answer = call("GET", "~/resources", **{"$filter": "identity/principalId eq 'x'"})
    assert answer.json()["error"]["code"] == "InvalidFilterInQueryString"


def test_a_resource_can_be_asked_for_with_head(call: Call) -> None:
    """204 when it is there, 404 when not."""
    call("PUT", _IDENTITY + "/one", {"location": "westeurope"})
    assert call("HEAD", _IDENTITY + "/one").status_code == 204
    assert call("HEAD", _IDENTITY + "/none").status_code == 404


def test_tags_of_any_scope_are_merged_replaced_and_taken_away(call: Call) -> None:
    """The tags resource changes the tags of the resource itself."""
    call("PUT", _IDENTITY + "/one", {"location": "westeurope", "tags": {"a": "1", "b": "2"}})
    tags = _IDENTITY + "/one/providers/Microsoft.Resources/tags/default"

    def patched(operation: str, given: dict[str, str]) -> dict[str, str]:
        call("PATCH", tags, {"operation": operation, "properties": {"tags": given}})
        return dict(call("GET", _IDENTITY + "/one").json()["tags"])

    assert patched("Merge", {"c": "3"}) == {"a": "1", "b": "2", "c": "3"}
    assert patched("Delete", {"a": "1", "b": "other"}) == {"b": "2", "c": "3"}
    assert patched("Replace", {"z": "9"}) == {"z": "9"}
    assert call("DELETE", tags).status_code == 200
    assert call("GET", tags).json()["properties"]["tags"] == {}


def test_tags_of_the_subscription_are_kept(call: Call) -> None:
    """The subscription has tags of its own."""
    path = "~/providers/Microsoft.Resources/tags/default"
    call("PUT", path, {"properties": {"tags": {"owner": "me"}}})
    assert call("GET", path).json()["properties"]["tags"] == {"owner": "me"}


def test_locations_are_listed(call: Call) -> None:
    """Short and display names of regions, which `az` reads at every command."""
    names = {entry["name"]: entry["displayName"] for entry in call("GET", "~/locations").json()["value"]}
    assert names["westeurope"] == "West Europe"


def test_other_subscriptions_do_not_exist(call: Call) -> None:
    """Who has rights only here is refused there."""
    answer = call("GET", "/subscriptions/00000000-0000-0000-0000-00000000abcd/resourceGroups/rg")
    assert answer.json()["error"]["code"] in {"AuthorizationFailed", "SubscriptionNotFound"}


def test_a_location_that_is_none_is_refused_for_any_type(call: Call) -> None:
    """LocationNotAvailableForResourceType, before a provider sees the call."""
    answer = call("PUT", _IDENTITY + "/one", {"location": "atlantis"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "LocationNotAvailableForResourceType")


def test_a_resource_never_moves_to_another_location(call: Call) -> None:
    """InvalidResourceLocation, as Resource Manager words it."""
    call("PUT", _IDENTITY + "/one", {"location": "westeurope"})
    answer = call("PUT", _IDENTITY + "/one", {"location": "eastus"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "InvalidResourceLocation")
