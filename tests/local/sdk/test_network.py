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


def test_networks_are_peered(azure: Sdk, group: str) -> None:
    """A side is Initiated until the other is there, and networks whose addresses overlap are no peers."""
    networks, peerings = azure.network.virtual_networks, azure.network.virtual_network_peerings
    spaces = {"a": "10.1.0.0/16", "b": "10.2.0.0/16", "c": "10.1.128.0/17"}
    ids = {
        name: networks.begin_create_or_update(
            group, name, PLACE | {"properties": {"addressSpace": {"addressPrefixes": [prefix]}}}
        ).id
        for name, prefix in spaces.items()
    }
    to = {name: {"properties": {"remoteVirtualNetwork": {"id": found}}} for name, found in ids.items()}
    assert peerings.begin_create_or_update(group, "a", "to-b", to["b"]).peering_state == "Initiated"
    peerings.begin_create_or_update(group, "b", "to-a", to["a"])
    assert peerings.get(group, "a", "to-b").peering_state == "Connected"
    assert [entry.name for entry in peerings.list(group, "a")] == ["to-b"]
    assert networks.get(group, "a").virtual_network_peerings[0].peering_state == "Connected"
    with pytest.raises(HttpResponseError, match="address spaces overlap"):
        peerings.begin_create_or_update(group, "a", "to-c", to["c"])
    peerings.begin_delete(group, "b", "to-a")
    assert peerings.list(group, "b") == []
    assert peerings.get(group, "a", "to-b").peering_state == "Initiated"


def test_addresses_names_and_usage_are_asked_for(azure: Sdk, group: str, subnet_id: str) -> None:
    """A taken address is not available, others are named; subnets, regions and names tell what is used."""
    network = azure.network
    configuration = {"name": "p", "properties": {"subnet": {"id": subnet_id}}}
    body = PLACE | {"properties": {"ipConfigurations": [configuration]}}
    network.network_interfaces.begin_create_or_update(group, "n", body)
    taken = network.virtual_networks.check_ip_address_availability(group, "v", ip_address="10.0.1.4")
    assert (taken.available, taken.available_ip_addresses[0]) == (False, "10.0.1.5")
    assert network.virtual_networks.check_ip_address_availability(group, "v", ip_address="10.0.1.9").available
    [usage] = network.virtual_networks.list_usage(group, "v")
    assert (usage.current_value, usage.limit) == (1, 251)
    used = {entry.name.value: entry.current_value for entry in network.usages.list("westeurope")}
    assert used["NetworkInterfaces"] >= 1
    assert network.check_dns_name_availability("westeurope", domain_name_label="nobody-has-it").available
    parts = network.network_interface_ip_configurations
    assert [entry.name for entry in parts.list(group, "n")] == ["p"]
    assert parts.get(group, "n", "p").private_ip_address == "10.0.1.4"
    network.network_security_groups.begin_create_or_update(group, "g", PLACE)
    assert len(network.default_security_rules.list(group, "g")) == 6
    assert network.default_security_rules.get(group, "g", "DenyAllInBound").access == "Deny"


def test_what_is_in_force_for_an_interface(azure: Sdk, group: str, machine: dict[str, Any]) -> None:
    """The rules of the subnet and of the interface come together, and routes are told, once a machine has it."""
    network = azure.network
    rules = {"securityRules": [{"name": "web", "properties": RULE}]}
    nsg = network.network_security_groups.begin_create_or_update(group, "g", PLACE | {"properties": rules})
    subnet = {"properties": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": nsg.id}}}
    network.subnets.begin_create_or_update(group, "v", "s", subnet)
    with pytest.raises(HttpResponseError, match="not attached to a running virtual machine"):
        network.network_interfaces.begin_list_effective_network_security_groups(group, "n")
    azure.compute.virtual_machines.begin_create_or_update(group, "smoke", machine)
    [found] = network.network_interfaces.begin_list_effective_network_security_groups(group, "n").value
    assert found.association.subnet.id.endswith("/subnets/s")
    web = found.effective_security_rules[0]
    assert (web.name, web.destination_port_range) == ("securityRules/web", "80-80")
    routes = network.network_interfaces.begin_get_effective_route_table(group, "n").value
    assert [(route.next_hop_type, route.address_prefix) for route in routes][:2] == [
        ("VnetLocal", ["10.0.0.0/16"]),
        ("Internet", ["0.0.0.0/0"]),
    ]
