"""Who refers to whom: interfaces to subnets, groups and public addresses; subnets to groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network.manners import refused

INTERFACE_TYPE = "Microsoft.Network/networkInterfaces"
NETWORK_TYPE = "Microsoft.Network/virtualNetworks"


def reference(value: Any) -> ResourceId | None:  # noqa: ANN401 - any JSON
    """The id in `{"id": …}`, or None."""
    return ResourceId(str(value["id"])) if isinstance(value, dict) and value.get("id") else None


def configurations(cloud: Cloud) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every interface configuration: its id and its properties."""
    for interface in cloud.store.of_type(INTERFACE_TYPE):
        for entry in interface.body["properties"]["ipConfigurations"]:
            yield entry["id"], entry["properties"]


def configurations_that_use(cloud: Cloud, field: str, wanted: ResourceId) -> list[str]:
    """The ids of configurations whose `subnet` or `publicIPAddress` is the wanted resource."""
    return [name for name, properties in configurations(cloud) if reference(properties.get(field)) == wanted]


def interfaces_in_group(cloud: Cloud, group: ResourceId) -> list[str]:
    """The ids of interfaces that name a security group."""
    return [
        entry.id.text
        for entry in cloud.store.of_type(INTERFACE_TYPE)
        if reference(entry.body["properties"].get("networkSecurityGroup")) == group
    ]


def subnets_in_group(cloud: Cloud, group: ResourceId) -> list[str]:
    """The ids of subnets that name a security group."""
    return [
        subnet["id"]
        for network in cloud.store.of_type(NETWORK_TYPE)
        for subnet in network.body["properties"]["subnets"]
        if reference(subnet["properties"].get("networkSecurityGroup")) == group
    ]


def find_subnet(cloud: Cloud, subnet_id: ResourceId) -> dict[str, Any] | None:
    """A subnet's document, out of its network."""
    network = cloud.store.get(subnet_id.parent) if subnet_id.parent else None
    for subnet in network.body["properties"]["subnets"] if network else ():
        if subnet["name"].lower() == subnet_id.name.lower():
            return dict(subnet)
    return None


def require(
    cloud: Cloud, request: ArmRequest, *, owner: ResourceId, wanted: ResourceId, location: str, action: str
) -> None:
    """Check that a referenced resource is there, in the same region, and that the caller may join it.

    Raises 400 InvalidResourceReference, or 403 LinkedAuthorizationFailed.
    """
    holder = wanted.parent if wanted.parent is not None else wanted
    document = cloud.store.get(holder)
    there = document is not None and normalized(document.body["location"]) == location
    if holder != wanted:
        there = there and find_subnet(cloud, wanted) is not None
    if not there:
        raise refused(
            "InvalidResourceReference",
            f"Resource {wanted} referenced by resource {owner} was not found. Please make sure that the referenced "
            "resource exists, and that both resources are in the same region.",
        )
    cloud.authorize_linked(request, action=action, linked_action=f"{wanted.type}/join/action", linked_scope=wanted)
