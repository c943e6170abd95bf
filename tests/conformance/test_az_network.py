"""`az network nic|nsg|public-ip|vnet`: made by hand, used by each other, refused while in use, deleted in order."""

from __future__ import annotations

import pytest

from azure_cli import Az

pytestmark = pytest.mark.slow

GROUP = ("--resource-group", "rg-network")


@pytest.fixture(scope="module", autouse=True)
def _group(az: Az) -> None:
    az("group", "create", "--name", "rg-network", "--location", "westeurope")
    az.registered("Network")


def test_networks(az: Az) -> None:
    """A network has subnets of its own address space only, which come, change and go."""
    made = az(
        *("network", "vnet", "create", *GROUP, "--name", "vnet", "--address-prefixes", "10.1.0.0/16"),
        *("--subnet-name", "default", "--subnet-prefixes", "10.1.0.0/24"),
    )
    assert made["newVNet"]["subnets"][0]["addressPrefix"] == "10.1.0.0/24"
    subnet = ("network", "vnet", "subnet")
    add = (*subnet, "create", *GROUP, "--vnet-name", "vnet", "--name")
    assert az(*add, "second", "--address-prefixes", "10.1.1.0/24")["provisioningState"] == "Succeeded"
    assert "NetcfgInvalidSubnet" in az.refused(*add, "outside", "--address-prefixes", "10.2.0.0/24")

    second = (*GROUP, "--vnet-name", "vnet", "--name", "second")
    assert az(*subnet, "update", *second, "--default-outbound", "false")["defaultOutboundAccess"] is False
    az(*subnet, "delete", *second)
    assert az(*subnet, "list", *GROUP, "--vnet-name", "vnet", "--query", "[].name") == ["default"]
    az("network", "vnet", "delete", *GROUP, "--name", "vnet")
    assert az("network", "vnet", "list", *GROUP) == []


def test_security_groups(az: Az) -> None:
    """A group has Azure's default rules, and rules of its own that come, change and go."""
    made = az("network", "nsg", "create", *GROUP, "--name", "nsg")["NewNSG"]
    assert {rule["name"] for rule in made["defaultSecurityRules"]} >= {"AllowVnetInBound", "DenyAllInBound"}
    http = (*GROUP, "--nsg-name", "nsg", "--name", "http")
    rule = ("network", "nsg", "rule")
    az(*rule, "create", *http, "--priority", "100", "--protocol", "Tcp", "--destination-port-ranges", "80")
    assert az(*rule, "update", *http, "--priority", "120")["priority"] == 120
    assert az(*rule, "show", *http)["destinationPortRange"] == "80"
    assert "SecurityRuleConflict" in az.refused(
        *(*rule, "create", *GROUP, "--nsg-name", "nsg", "--name", "other"),
        *("--priority", "120", "--protocol", "Tcp", "--destination-port-ranges", "81"),
    )
    az(*rule, "delete", *http)
    assert az(*rule, "list", *GROUP, "--nsg-name", "nsg") == []
    az("network", "nsg", "delete", *GROUP, "--name", "nsg")


def test_what_is_in_use_stays(az: Az) -> None:
    """What a network interface uses is refused to go, in Azure's words, until the interface is gone."""
    az(
        *("network", "vnet", "create", *GROUP, "--name", "used"),
        *("--address-prefixes", "10.3.0.0/16", "--subnet-name", "default", "--subnet-prefixes", "10.3.0.0/24"),
    )
    az("network", "nsg", "create", *GROUP, "--name", "used")
    address = az("network", "public-ip", "create", *GROUP, "--name", "used", "--sku", "Standard")["publicIp"]
    assert address["publicIPAllocationMethod"] == "Static"
    interface = az(
        *("network", "nic", "create", *GROUP, "--name", "nic", "--vnet-name", "used", "--subnet", "default"),
        *("--network-security-group", "used", "--public-ip-address", "used"),
    )["NewNIC"]
    (configuration,) = interface["ipConfigurations"]
    assert configuration["privateIPAddress"] == "10.3.0.4"
    assert configuration["publicIPAddress"]["id"] == address["id"]
    used = (*GROUP, "--name", "used")
    assert az("network", "public-ip", "show", *used)["ipConfiguration"]["id"] == configuration["id"]

    assert "InUseSubnetCannotBeDeleted" in az.refused("network", "vnet", "delete", *used)
    assert "PublicIPAddressCannotBeDeleted" in az.refused("network", "public-ip", "delete", *used)
    assert "InUseNetworkSecurityGroupCannotBeDeleted" in az.refused("network", "nsg", "delete", *used)

    assert az("network", "nic", "list", *GROUP, "--query", "[].name") == ["nic"]
    az("network", "nic", "delete", *GROUP, "--name", "nic")
    for kind in ("vnet", "public-ip", "nsg"):
        az("network", kind, "delete", *used)
    assert az("resource", "list", *GROUP) == []
