"""Questions about networks that change nothing: free addresses, free names, what is used, parts of documents."""

from __future__ import annotations

import ipaddress
from typing import Any

from localazure.arm.errors import resource_not_found
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Handler, Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network import subnet_documents
from localazure.providers.network.address_space import subnet_prefixes
from localazure.providers.network.manners import GROUP, PROVIDER, SUBSCRIPTION, refused
from localazure.providers.network.references import configurations, configurations_that_use, reference
from localazure.store import Document

_RESERVED = 5  # of each subnet: the first four addresses and the last
_MOST_SUGGESTED = 5
_NETWORK = GROUP + PROVIDER + "/virtualNetworks/{name}"
_GROUP = GROUP + PROVIDER + "/networkSecurityGroups/{parent}/defaultSecurityRules"
_INTERFACE = GROUP + PROVIDER + "/networkInterfaces/{parent}/ipConfigurations"
_LOCATION = SUBSCRIPTION + PROVIDER + "/locations/{location}"
# Azure's default limits a region (learn.microsoft.com, "Azure subscription limits", Networking).
_LIMITS = {
    "VirtualNetworks": ("virtualNetworks", 1000),
    "NetworkInterfaces": ("networkInterfaces", 65_536),
    "NetworkSecurityGroups": ("networkSecurityGroups", 5000),
    "PublicIPAddresses": ("publicIPAddresses", 1000),
}


class Questions:
    """Reads the other resources of this provider."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        rules, parts = "networkSecurityGroups/defaultSecurityRules", "networkInterfaces/ipConfigurations"
        served: list[tuple[str, str, str, Handler]] = [
            (
                "VirtualNetworks_CheckIPAddressAvailability",
                _NETWORK + "/CheckIPAddressAvailability",
                "virtualNetworks",
                self._address,
            ),
            ("VirtualNetworks_ListUsage", _NETWORK + "/usages", "virtualNetworks/usages", self._subnet_usage),
            ("DefaultSecurityRules_List", _GROUP, rules, self._parts),
            ("DefaultSecurityRules_Get", _GROUP + "/{name}", rules, self._part),
            ("NetworkInterfaceIPConfigurations_List", _INTERFACE, parts, self._parts),
            ("NetworkInterfaceIPConfigurations_Get", _INTERFACE + "/{name}", parts, self._part),
            ("Usages_List", _LOCATION + "/usages", "locations/usages", self._usage),
            (
                "CheckDnsNameAvailability",
                _LOCATION + "/CheckDnsNameAvailability",
                "locations/checkDnsNameAvailability",
                self._label,
            ),
        ]
        return [
            Operation(
                operation_id=operation_id,
                method="GET",
                path=path,
                action=f"Microsoft.Network/{action}/read",
                handler=handler,
            )
            for operation_id, path, action, handler in served
        ]

    def _address(self, request: ArmRequest) -> ArmResponse:
        """Whether a private address is free; others of the same subnet where it is not."""
        network, text = self._found(request.target_id), request.query.get("ipAddress", "")
        try:
            wanted = ipaddress.ip_address(text)
        except ValueError as error:
            raise refused("InvalidIPAddressFormat", f"IP address {text} is not formatted correctly.") from error
        taken = self._taken(network)
        for subnet in network.body["properties"]["subnets"]:
            for prefix in subnet_prefixes(subnet["properties"], ResourceId(subnet["id"])):
                if wanted in prefix:
                    usable = [str(prefix[place]) for place in range(4, min(prefix.num_addresses - 1, 260))]
                    free = [address for address in usable if address not in taken]
                    last = int(prefix.network_address) + prefix.num_addresses - 1
                    reserved = int(wanted) - int(prefix.network_address) < _RESERVED - 1 or int(wanted) == last
                    available = not reserved and text not in taken
                    return _availability(available=available, reserved=reserved, others=free[:_MOST_SUGGESTED])
        if not any(wanted in prefix for prefix in subnet_documents.space_of(network.body)):
            message = f"Address {text} does not belong to the address space of virtual network {network.id}."
            raise refused("PrivateIPAddressNotInAnySubnet", message)
        return _availability(available=False, reserved=False, others=[])

    def _taken(self, network: Document) -> set[str]:
        return {
            str(properties["privateIPAddress"])
            for _, properties in configurations(self._cloud)
            if (subnet := reference(properties.get("subnet"))) is not None and subnet.parent == network.id
        }

    def _subnet_usage(self, request: ArmRequest) -> ArmResponse:
        network = self._found(request.target_id)
        value = []
        for subnet in network.body["properties"]["subnets"]:
            subnet_id = ResourceId(subnet["id"])
            prefixes = subnet_prefixes(subnet["properties"], subnet_id)
            limit = sum(prefix.num_addresses - _RESERVED for prefix in prefixes if prefix.version == 4)
            used = len(configurations_that_use(self._cloud, "subnet", subnet_id))
            value.append(_usage(subnet["id"], used, limit, "SubnetSpace", "Subnet size and usage"))
        return ArmResponse(body={"value": value})

    def _usage(self, request: ArmRequest) -> ArmResponse:
        location = normalized(request.parameters["location"])
        place = request.path.rsplit("/", 1)[0]
        value = []
        for name, (kind, limit) in _LIMITS.items():
            found = self._cloud.store.of_type(f"Microsoft.Network/{kind}")
            used = sum(normalized(str(document.body["location"])) == location for document in found)
            value.append(_usage(f"{place}/usages/{name}", used, limit, name, name))
        return ArmResponse(body={"value": value})

    def _label(self, request: ArmRequest) -> ArmResponse:
        label, location = request.query.get("domainNameLabel", ""), normalized(request.parameters["location"])
        taken = [
            document
            for document in self._cloud.store.of_type("Microsoft.Network/publicIPAddresses")
            if document.body["location"] == location
            and str((document.body["properties"].get("dnsSettings") or {}).get("domainNameLabel")).lower()
            == label.lower()
        ]
        return ArmResponse(body={"available": not taken})

    def _parts(self, request: ArmRequest) -> ArmResponse:
        """A list that stands in its parent's document under the name of the last segment."""
        parent = self._found(request.target_id)
        return ArmResponse(body={"value": parent.body["properties"][_member(request.path.rsplit("/", 1)[-1])]})

    def _part(self, request: ArmRequest) -> ArmResponse:
        holder, member, name = request.path.rsplit("/", 2)
        for entry in self._found(ResourceId(holder)).body["properties"][_member(member)]:
            if entry["name"].lower() == name.lower():
                return ArmResponse(body=entry, headers={"ETag": entry["etag"]})
        raise resource_not_found(request.resource_id)

    def _found(self, resource_id: ResourceId) -> Document:
        document = self._cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document


def _member(segment: str) -> str:
    return next(name for name in ("defaultSecurityRules", "ipConfigurations") if name.lower() == segment.lower())


def _usage(usage_id: str, used: int, limit: int, name: str, words: str) -> dict[str, Any]:
    return {
        "id": usage_id,
        "currentValue": used,
        "limit": limit,
        "name": {"value": name, "localizedValue": words},
        "unit": "Count",
    }


def _availability(*, available: bool, reserved: bool, others: list[str]) -> ArmResponse:
    suggested = {} if available else {"availableIPAddresses": others}
    return ArmResponse(body={"available": available, **suggested, "isPlatformReserved": reserved})
