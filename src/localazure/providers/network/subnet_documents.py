"""Subnets as they stand in their network's document."""

from __future__ import annotations

from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network.address_space import Prefix, check_subnet, parsed_prefix, subnet_prefixes
from localazure.providers.network.manners import refused
from localazure.providers.network.references import configurations_that_use, reference, require

SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets"
_GIVEN = (
    "addressPrefix", "addressPrefixes", "networkSecurityGroup", "routeTable", "natGateway", "serviceEndpoints",
    "delegations", "privateEndpointNetworkPolicies", "privateLinkServiceNetworkPolicies", "defaultOutboundAccess",
)  # fmt: skip


def document(network: dict[str, Any], name: str, given: dict[str, Any]) -> dict[str, Any]:
    """A subnet of a network."""
    properties = {
        "provisioningState": "",
        **{key: given[key] for key in _GIVEN if given.get(key) is not None},
    }
    properties.setdefault("delegations", [])
    properties.setdefault("privateEndpointNetworkPolicies", "Disabled")
    properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")
    return {
        "name": name,
        "id": f"{network['id']}/subnets/{name}",
        "etag": "",
        "properties": properties,
        "type": SUBNET_TYPE,
    }


def check(cloud: Cloud, request: ArmRequest, network: dict[str, Any], subnet: dict[str, Any], *, action: str) -> None:
    """Check a subnet against its network, the other subnets, and the security group that it names."""
    space = space_of(network)
    others: list[tuple[str, Prefix]] = [
        (other["name"], prefix)
        for other in network["properties"]["subnets"]
        if other["name"].lower() != subnet["name"].lower()
        for prefix in subnet_prefixes(other["properties"], ResourceId(other["id"]))
    ]
    prefixes = subnet_prefixes(subnet["properties"], ResourceId(subnet["id"]))
    check_subnet(subnet["name"], prefixes, network["name"], space, others)
    group = reference(subnet["properties"].get("networkSecurityGroup"))
    if group is not None:
        owner, location = ResourceId(subnet["id"]), network["location"]
        require(cloud, request, owner=owner, wanted=group, location=location, action=action)


def space_of(network: dict[str, Any]) -> list[Prefix]:
    """The prefixes of a network."""
    owner = ResourceId(network["id"])
    return [parsed_prefix(str(text), owner) for text in network["properties"]["addressSpace"]["addressPrefixes"]]


def refuse_removal(cloud: Cloud, subnet: dict[str, Any]) -> None:
    """Raise InUseSubnetCannotBeDeleted (recorded) when an interface is in the subnet."""
    users = configurations_that_use(cloud, "subnet", ResourceId(subnet["id"]))
    if users:
        message = (
            f"Subnet {subnet['name']} is in use by {users[0]} and cannot be deleted. In order to delete the subnet, "
            "delete all the resources within the subnet. See aka.ms/deletesubnet."
        )
        raise refused("InUseSubnetCannotBeDeleted", message)


def answered(cloud: Cloud, subnet: dict[str, Any]) -> dict[str, Any]:
    """A subnet with the configurations that are in it."""
    users = configurations_that_use(cloud, "subnet", ResourceId(subnet["id"]))
    extra = {"ipConfigurations": [{"id": name} for name in users]} if users else {}
    return subnet | {"properties": subnet["properties"] | extra}
