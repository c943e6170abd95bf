"""azure-mgmt-network against the local cloud."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from sdk_bench import Sdk

PLACE = {"location": "westeurope"}
SPACE = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
RULE = {
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "80",
}

TOP_LEVEL: dict[str, dict[str, Any]] = {
    "virtual_networks": {"properties": SPACE},
    "network_security_groups": {},
    "public_ip_addresses": {"sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}},
}


@pytest.fixture
def subnet_id(azure: Sdk, group: str) -> str:
    """A subnet in a network of its own."""
    azure.network.virtual_networks.begin_create_or_update(group, "v", PLACE | {"properties": SPACE})
    body = {"properties": {"addressPrefix": "10.0.1.0/24"}}
    return str(azure.network.subnets.begin_create_or_update(group, "v", "s", body).id)


@pytest.mark.parametrize("kind", TOP_LEVEL)
def test_a_resource_lives(azure: Sdk, group: str, kind: str) -> None:
    """It is made, found, listed in its group and everywhere, tagged, and deleted; deleting it again is no fault."""
    resources = getattr(azure.network, kind)
    made = resources.begin_create_or_update(group, "one", PLACE | TOP_LEVEL[kind])

    assert made.provisioning_state == "Succeeded"
    assert resources.get(group, "one").id == made.id
    assert [entry.name for entry in resources.list(group)] == ["one"]
    assert made.id in [entry.id for entry in resources.list_all()]
    assert resources.update_tags(group, "one", {"tags": {"a": "b"}}).tags == {"a": "b"}
    resources.begin_delete(group, "one")
    with pytest.raises(ResourceNotFoundError, match="was not found"):
        resources.get(group, "one")
    resources.begin_delete(group, "one")


def test_a_subnet_is_used_until_its_interface_goes(azure: Sdk, group: str, subnet_id: str) -> None:
    """An interface takes an address of the subnet, which stays until the interface is gone."""
    network = azure.network
    assert [entry.id for entry in network.subnets.list(group, "v")] == [subnet_id]
    configuration = {"name": "p", "properties": {"subnet": {"id": subnet_id}}}
    body = PLACE | {"properties": {"ipConfigurations": [configuration]}}
    nic = network.network_interfaces.begin_create_or_update(group, "n", body)

    assert nic.ip_configurations[0].private_ip_address == "10.0.1.4"
    assert network.subnets.get(group, "v", "s").ip_configurations[0].id == nic.ip_configurations[0].id
    with pytest.raises(HttpResponseError, match="is in use by") as refused:
        network.subnets.begin_delete(group, "v", "s")
    assert "InUseSubnetCannotBeDeleted" in str(refused.value)
    assert [entry.id for entry in network.network_interfaces.list(group)] == [nic.id]
    assert nic.id in [entry.id for entry in network.network_interfaces.list_all()]
    assert network.network_interfaces.update_tags(group, "n", {"tags": {"a": "b"}}).tags == {"a": "b"}
    network.network_interfaces.begin_delete(group, "n")
    with pytest.raises(ResourceNotFoundError):
        network.network_interfaces.get(group, "n")
    network.subnets.begin_delete(group, "v", "s")
    assert network.subnets.list(group, "v") == []


def test_a_security_rule_lives_in_its_group(azure: Sdk, group: str) -> None:
    """A rule is made, found, listed and deleted by itself, and stands in its group."""
    network = azure.network
    network.network_security_groups.begin_create_or_update(group, "g", PLACE)
    rule = network.security_rules.begin_create_or_update(group, "g", "web", {"properties": RULE})

    assert network.security_rules.get(group, "g", "web").destination_port_range == "80"
    assert [entry.id for entry in network.security_rules.list(group, "g")] == [rule.id]
    assert [entry.id for entry in network.network_security_groups.get(group, "g").security_rules] == [rule.id]
    network.security_rules.begin_delete(group, "g", "web")
    assert network.network_security_groups.get(group, "g").security_rules == []
