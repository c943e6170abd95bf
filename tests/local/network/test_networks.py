"""Microsoft.Network, driven as a client does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]

_NETWORK = "~/resourceGroups/rg/providers/Microsoft.Network"
_PLACE = {"location": "westeurope"}


def _network(*subnets: tuple[str, str], space: str = "10.0.0.0/16") -> dict[str, Any]:
    inner = [{"name": name, "properties": {"addressPrefix": prefix}} for name, prefix in subnets]
    return _PLACE | {"properties": {"addressSpace": {"addressPrefixes": [space]}, "subnets": inner}}


def _address(name: str = "Standard", method: str = "Static") -> dict[str, Any]:
    return _PLACE | {"sku": {"name": name}, "properties": {"publicIPAllocationMethod": method}}


def _rule(**changes: object) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "protocol": "tcp",
        "access": "Allow",
        "direction": "Inbound",
        "priority": 100,
        "sourceAddressPrefix": "Internet",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "80",
    }
    return {"properties": properties | changes}


@pytest.fixture
def parts(settled: Call) -> dict[str, str]:
    """A network with a subnet, a group and an address; their ids."""
    made = {
        "network": settled("PUT", _NETWORK + "/virtualNetworks/v", _network(("s", "10.0.0.0/24"))),
        "group": settled("PUT", _NETWORK + "/networkSecurityGroups/g", _PLACE),
        "address": settled("PUT", _NETWORK + "/publicIPAddresses/a", _address()),
    }
    ids = {name: str(answer.json()["id"]) for name, answer in made.items()}
    return ids | {"subnet": ids["network"] + "/subnets/s"}


def _interface(parts: dict[str, str], **configuration: object) -> dict[str, Any]:
    properties = {"subnet": {"id": parts["subnet"]}, **configuration}
    return _PLACE | {"properties": {"ipConfigurations": [{"name": "c", "properties": properties}]}}


def test_writes_settle_and_change_the_etag(call: Call, settled: Call) -> None:
    """201 Updating with Azure-AsyncOperation, then Succeeded with another etag, which GET has as header (recorded)."""
    first = settled("PUT", _NETWORK + "/virtualNetworks/v", _network(("s", "10.0.0.0/24")))
    body = first.json()
    assert (first.status_code, body["properties"]["provisioningState"]) == (201, "Updating")
    assert first.headers["Azure-AsyncNotification"] == "Enabled"
    assert "Location" not in first.headers
    ended = call("GET", _NETWORK + "/virtualNetworks/v")
    assert ended.json()["properties"]["provisioningState"] == "Succeeded"
    assert ended.json()["properties"]["subnets"][0]["properties"]["provisioningState"] == "Succeeded"
    assert ended.headers["ETag"] == ended.json()["etag"] != body["etag"]
    status = "/" + first.headers["Azure-AsyncOperation"].split("?")[0].split("/", 3)[3]
    assert call("GET", status).json() == {"status": "Succeeded"}
    assert settled("PUT", _NETWORK + "/virtualNetworks/v", _network()).status_code == 200


def test_deletes_answer_with_both_headers(call: Call, settled: Call) -> None:
    """202, then 204 for the result; deleting what is gone answers 204 at once (recorded)."""
    settled("PUT", _NETWORK + "/networkSecurityGroups/g", _PLACE)
    answer = settled("DELETE", _NETWORK + "/networkSecurityGroups/g")
    assert answer.status_code == 202
    result = "/" + answer.headers["Location"].split("?")[0].split("/", 3)[3]
    assert "/operationResults/" in result
    assert call("GET", result).status_code == 204
    assert call("DELETE", _NETWORK + "/networkSecurityGroups/g").status_code == 204


def test_an_interface_binds_its_parts(call: Call, settled: Call, parts: dict[str, str]) -> None:
    """Private address from .4 on, never Updating, and everything that it uses tells of it and stays."""
    body = _interface(parts, publicIPAddress={"id": parts["address"], "properties": {"deleteOption": "Delete"}})
    body["properties"]["networkSecurityGroup"] = {"id": parts["group"]}
    made = settled("PUT", _NETWORK + "/networkInterfaces/n", body).json()
    assert made["properties"]["provisioningState"] == "Succeeded"
    (configuration,) = made["properties"]["ipConfigurations"]
    assert configuration["properties"]["privateIPAddress"] == "10.0.0.4"
    assert configuration["properties"]["publicIPAddress"]["properties"] == {"deleteOption": "Delete"}
    address = call("GET", parts["address"]).json()["properties"]
    assert address["ipConfiguration"] == {"id": configuration["id"]}
    assert address["ipAddress"].startswith("127.")
    assert call("GET", parts["subnet"]).json()["properties"]["ipConfigurations"] == [{"id": configuration["id"]}]
    assert call("GET", parts["group"]).json()["properties"]["networkInterfaces"] == [{"id": made["id"]}]
    codes = {
        "address": "PublicIPAddressCannotBeDeleted",
        "group": "InUseNetworkSecurityGroupCannotBeDeleted",
        "network": "InUseSubnetCannotBeDeleted",
        "subnet": "InUseSubnetCannotBeDeleted",
    }
    for name, code in codes.items():
        refused = call("DELETE", parts[name])
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
        assert refused.json()["error"]["details"] == []
    settled("DELETE", made["id"])
    assert [settled("DELETE", parts[name]).status_code for name in ("address", "group", "network")] == [202] * 3


def test_an_interface_of_a_machine_stays(
    cloud_server: LocalCloud, call: Call, settled: Call, parts: dict[str, str]
) -> None:
    """NicInUse while Compute's document refers to it (recorded); it then has a hardware address."""
    nic = settled("PUT", _NETWORK + "/networkInterfaces/n", _interface(parts)).json()["id"]
    machine = nic.replace("Microsoft.Network/networkInterfaces/n", "Microsoft.Compute/virtualMachines/m")
    cloud_server.cloud.store.update(nic, lambda body: body["properties"].update(virtualMachine={"id": machine}))
    refused = call("DELETE", nic).json()["error"]
    assert refused["code"] == "NicInUse"
    assert machine in refused["message"]
    assert call("GET", nic).json()["properties"]["macAddress"].startswith("60-45-BD-")
    settled("PUT", nic, _interface(parts))
    assert call("GET", nic).json()["properties"]["virtualMachine"] == {"id": machine}


def test_interfaces_share_a_subnet(settled: Call, parts: dict[str, str]) -> None:
    """Each gets the next free address and keeps it; a static one is checked."""
    path = _NETWORK + "/networkInterfaces/"

    def address(name: str, **configuration: object) -> str:
        made = settled("PUT", path + name, _interface(parts, **configuration)).json()
        if "error" in made:
            return str(made["error"]["code"])
        return str(made["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"])

    assert [address("a"), address("b"), address("a")] == ["10.0.0.4", "10.0.0.5", "10.0.0.4"]
    static = {"privateIPAllocationMethod": "Static"}
    assert address("c", privateIPAddress="10.0.0.9", **static) == "10.0.0.9"
    assert address("d", privateIPAddress="10.0.0.9", **static) == "PrivateIPAddressIsAllocated"
    assert address("d", privateIPAddress="10.0.0.2", **static) == "PrivateIPAddressInReservedRange"
    assert address("d", privateIPAddress="10.9.0.9", **static) == "PrivateIPAddressNotInSubnet"


def test_a_public_address_serves_one_interface(settled: Call, parts: dict[str, str]) -> None:
    """PublicIPAddressInUse for the second one."""
    body = _interface(parts, publicIPAddress={"id": parts["address"]})
    settled("PUT", _NETWORK + "/networkInterfaces/a", body)
    refused = settled("PUT", _NETWORK + "/networkInterfaces/b", body)
    assert refused.json()["error"]["code"] == "PublicIPAddressInUse"


def test_a_reference_to_nothing_is_refused(settled: Call, parts: dict[str, str]) -> None:
    """InvalidResourceReference, for what is missing and for what is in another region."""
    missing = _interface(parts | {"subnet": parts["network"] + "/subnets/none"})
    elsewhere = _interface(parts) | {"location": "eastus"}
    for body in (missing, elsewhere):
        answer = settled("PUT", _NETWORK + "/networkInterfaces/n", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidResourceReference")


def test_joining_needs_the_right_to_join(
    call: Call, as_other: Callable[[str], Call], object_id_of: Callable[[str], str], parts: dict[str, str]
) -> None:
    """A principal that may write interfaces only is told which action it lacks on the subnet."""
    client_id, role = "99999999-9999-4999-8999-999999999999", "27d6824d-0b57-44d3-b831-a839706df556"
    other = as_other(client_id)
    permissions = [{"actions": ["Microsoft.Network/networkInterfaces/*"]}]
    definition = {"roleName": "interfaces", "permissions": permissions, "assignableScopes": ["/"]}
    call("PUT", f"~/providers/Microsoft.Authorization/roleDefinitions/{role}", {"properties": definition})
    properties = {"roleDefinitionId": f"/x/{role}", "principalId": object_id_of(client_id)}
    path = "~/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/11111111-2222-3333-4444-555555555555"
    call("PUT", path, {"properties": properties})
    refused = other("PUT", _NETWORK + "/networkInterfaces/n", _interface(parts)).json()["error"]
    assert refused["code"] == "LinkedAuthorizationFailed"
    assert "'Microsoft.Network/virtualNetworks/subnets/join/action'" in refused["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (_network(space="10.0.0.0"), "InvalidAddressPrefixFormat"),
        (_network(space="10.0.0.0/24--no-wait"), "InvalidAddressPrefixFormat"),
        (_network(space="10.0.0.1/16"), "InvalidCIDRNotation"),
        (_network(("s", "10.1.0.0/24")), "NetcfgInvalidSubnet"),
        (_network(("s", "10.0.0.0/24"), ("t", "10.0.0.128/25")), "NetcfgSubnetRangesOverlap"),
        (_PLACE | {"properties": {}}, "InvalidRequestFormat"),
        ({"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}, "LocationRequired"),
    ],
)
def test_a_network_that_cannot_be_is_refused(call: Call, body: dict[str, Any], code: str) -> None:
    """400 with the service's code, and nothing is written."""
    answer = call("PUT", _NETWORK + "/virtualNetworks/v", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert call("GET", _NETWORK + "/virtualNetworks/v").status_code == 404


def test_subnets_are_written_one_by_one(call: Call, settled: Call) -> None:
    """A subnet stands in its network too; a PUT of the network without `subnets` leaves them."""
    settled("PUT", _NETWORK + "/virtualNetworks/v", _network(("s", "10.0.0.0/24")))
    path = _NETWORK + "/virtualNetworks/v/subnets"
    assert settled("PUT", path + "/t", {"properties": {"addressPrefix": "10.0.1.0/24"}}).status_code == 201
    bare = _PLACE | {"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    settled("PUT", _NETWORK + "/virtualNetworks/v", bare)
    assert [entry["name"] for entry in call("GET", path).json()["value"]] == ["s", "t"]
    assert settled("DELETE", path + "/t").status_code == 202
    assert call("GET", path + "/t").json()["error"]["code"] == "ResourceNotFound"
    settled("PUT", _NETWORK + "/virtualNetworks/v", _network())
    assert call("GET", path).json()["value"] == []


def test_rules_are_written_one_by_one(call: Call, settled: Call) -> None:
    """A rule stands in its group, with plural fields empty where it uses the single ones (recorded)."""
    settled("PUT", _NETWORK + "/networkSecurityGroups/g", _PLACE)
    path = _NETWORK + "/networkSecurityGroups/g/securityRules/web"
    assert settled("PUT", path, _rule()).status_code == 201
    rule = call("GET", path).json()["properties"]
    assert (rule["protocol"], rule["provisioningState"], rule["destinationPortRanges"]) == ("Tcp", "Succeeded", [])
    assert settled("PUT", path, _rule(access="Deny")).status_code == 200
    group = call("GET", _NETWORK + "/networkSecurityGroups/g").json()["properties"]
    assert [entry["properties"]["access"] for entry in group["securityRules"]] == ["Deny"]
    assert [entry["name"] for entry in group["defaultSecurityRules"]] == [
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]
    conflict = call("PUT", path + "2", _rule())
    assert conflict.json()["error"]["code"] == "SecurityRuleConflict"
    settled("DELETE", path)
    assert call("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"priority": 99}, "SecurityRuleInvalidPriority"),
        ({"priority": 4097}, "SecurityRuleInvalidPriority"),
        ({"destinationPortRange": "70000"}, "SecurityRuleInvalidPortRange"),
        ({"destinationPortRange": "90-80"}, "SecurityRuleInvalidPortRange"),
        ({"sourceAddressPrefix": "10.0.0.0/99"}, "SecurityRuleInvalidAddressPrefix"),
        ({"protocol": "Sctp"}, "InvalidRequestFormat"),
        ({"access": None}, "InvalidRequestFormat"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(call: Call, settled: Call, changes: dict[str, Any], code: str) -> None:
    """400 with the service's code."""
    settled("PUT", _NETWORK + "/networkSecurityGroups/g", _PLACE)
    answer = call("PUT", _NETWORK + "/networkSecurityGroups/g/securityRules/r", _rule(**changes))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_public_addresses_follow_their_sku(call: Call, settled: Call) -> None:
    """Standard has to be Static and has its address at once; a Basic Dynamic one has none until it is used."""
    refused = call("PUT", _NETWORK + "/publicIPAddresses/a", _address("Standard", "Dynamic"))
    assert refused.json()["error"]["code"] == "StandardSkuPublicIPAddressesMustBeStatic"
    settled("PUT", _NETWORK + "/publicIPAddresses/a", _address())
    fixed = call("GET", _NETWORK + "/publicIPAddresses/a").json()
    assert fixed["properties"]["ipAddress"]
    assert fixed["sku"] == {"name": "Standard", "tier": "Regional"}
    settled("PUT", _NETWORK + "/publicIPAddresses/a", _address() | {"tags": {"x": "y"}})
    again = call("GET", _NETWORK + "/publicIPAddresses/a").json()
    assert again["properties"]["ipAddress"] == fixed["properties"]["ipAddress"]
    settled("PUT", _NETWORK + "/publicIPAddresses/b", _address("Basic", "Dynamic"))
    assert "ipAddress" not in call("GET", _NETWORK + "/publicIPAddresses/b").json()["properties"]


def test_tags_are_patched_and_lists_are_whole(call: Call, settled: Call) -> None:
    """PATCH changes tags alone; the list of the group and of the subscription hold the same."""
    settled("PUT", _NETWORK + "/publicIPAddresses/a", _address())
    assert call("PATCH", _NETWORK + "/publicIPAddresses/a", {"tags": {"a": "b"}}).json()["tags"] == {"a": "b"}
    here = call("GET", _NETWORK + "/publicIPAddresses").json()
    everywhere = call("GET", "~/providers/Microsoft.Network/publicIPAddresses").json()
    assert here == everywhere
    assert len(here["value"]) == 1


def test_listeners_hear_of_network_writes(cloud_server: LocalCloud, settled: Call) -> None:
    """Who follows a running machine's rules is told when a write has settled."""
    heard: list[tuple[str, str]] = []
    cloud_server.cloud.long_running.listeners.append(
        lambda ending: heard.append((ending.request.path.rsplit("/", 1)[-1], ending.status))
    )
    settled("PUT", _NETWORK + "/networkSecurityGroups/g", _PLACE)
    settled("PUT", _NETWORK + "/networkSecurityGroups/g/securityRules/web", _rule())
    assert ("web", "Succeeded") in heard
