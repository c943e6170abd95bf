"""Address prefixes of networks and subnets, and private addresses out of them."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.providers.network.manners import refused

Prefix = ipaddress.IPv4Network | ipaddress.IPv6Network

_RESERVED = 4  # network address, gateway, and two for name resolution: the first four of each subnet


def parsed_prefix(text: str, owner: ResourceId) -> Prefix:
    """A prefix in CIDR notation. Raises InvalidAddressPrefixFormat (recorded) or InvalidCIDRNotation."""
    try:
        loose = ipaddress.ip_network(text, strict=False)
        if "/" not in text:
            raise ValueError(text)  # noqa: TRY301 - the same refusal
    except ValueError as error:
        message = (
            f"Address prefix {text} of resource {owner} is not formatted correctly. It should follow CIDR notation, "
            "for example 10.0.0.0/24."
        )
        raise refused("InvalidAddressPrefixFormat", message) from error
    if str(loose) != text and str(loose.network_address) != text.split("/", 1)[0]:
        message = (
            f"The address prefix {text} in resource {owner} has an invalid CIDR notation. For the given prefix length, "
            f"the address prefix should be {loose}."
        )
        raise refused("InvalidCIDRNotation", message)
    return loose


def subnet_prefixes(properties: dict[str, Any], owner: ResourceId) -> list[Prefix]:
    """The prefixes of a subnet, given as `addressPrefix` or `addressPrefixes`."""
    single = properties.get("addressPrefix")
    texts = properties.get("addressPrefixes") or ([single] if single else [])
    if not texts:
        raise refused("SubnetMissingAddressPrefix", f"Subnet {owner} has no address prefix.")
    return [parsed_prefix(str(text), owner) for text in texts]


def check_subnet(
    name: str, prefixes: Iterable[Prefix], network: str, space: Collection[Prefix], others: Iterable[tuple[str, Prefix]]
) -> None:
    """Check that a subnet lies in its network and overlaps with no other one."""
    taken = list(others)
    for prefix in prefixes:
        if not any(_inside(prefix, outer) for outer in space):
            raise refused("NetcfgInvalidSubnet", f"Subnet '{name}' is not valid in virtual network '{network}'.")
        if any(prefix.version == other.version and prefix.overlaps(other) for _, other in taken):
            message = (
                f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet "
                f"in virtual network '{network}'."
            )
            raise refused("NetcfgSubnetRangesOverlap", message)


def free_address(prefix: Prefix, taken: Collection[str], subnet: ResourceId) -> str:
    """The lowest free address of a subnet. Raises SubnetIsFull."""
    last = int(prefix.broadcast_address)
    for number in range(int(prefix.network_address) + _RESERVED, last):
        address = str(ipaddress.ip_address(number))
        if address not in taken:
            return address
    message = f"Subnet {subnet.name} with address prefix {prefix} does not have enough capacity for 1 IP addresses."
    raise refused("SubnetIsFull", message)


def check_static(address: str, prefix: Prefix, taken: dict[str, str], configuration: str) -> None:
    """Check an address that the client chose."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError as error:
        raise refused("InvalidIPAddressFormat", f"IP address {address} is not formatted correctly.") from error
    if parsed not in prefix:
        message = f"Private static IP address {address} does not belong to the range of subnet prefix {prefix}."
        raise refused("PrivateIPAddressNotInSubnet", message)
    if int(parsed) < int(prefix.network_address) + _RESERVED or parsed == prefix.broadcast_address:
        message = f"Private static IP address {address} falls within reserved IP range of subnet prefix {prefix}."
        raise refused("PrivateIPAddressInReservedRange", message)
    if address in taken:
        message = (
            f"IP configuration {configuration} is using the private IP address {address} which is already allocated to "
            f"resource {taken[address]}."
        )
        raise refused("PrivateIPAddressIsAllocated", message)


def _inside(inner: Prefix, outer: Prefix) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
