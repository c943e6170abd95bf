"""CIDR functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.json_types import Value
from armtemplate.values import integer_argument, text_argument

type Network = IPv4Network | IPv6Network


def parse_cidr(text: Value) -> dict[str, Any]:
    """Network, mask, usable range and prefix of a CIDR range."""
    network = _network(text)
    facts: dict[str, Any] = {"network": str(network.network_address), "netmask": str(network.netmask)}
    first, last = network.network_address, network.broadcast_address
    if isinstance(network, IPv4Network):
        facts["broadcast"] = str(last)
        if network.prefixlen < 31:
            first, last = first + 1, last - 1
    facts |= {"firstUsable": str(first), "lastUsable": str(last), "cidr": network.prefixlen}
    return facts


def cidr_subnet(text: Value, prefix: Value, index: Value) -> str:
    """The subnet of that index, when the range is divided into subnets of that prefix."""
    network = _network(text)
    length, number = integer_argument(prefix, "the new prefix"), integer_argument(index, "the index")
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise ExpressionError(
            f"the new prefix must be between {network.prefixlen} and {network.max_prefixlen}, and is {length}"
        )
    if not 0 <= number < 1 << (length - network.prefixlen):
        raise ExpressionError(
            f"the index '{number}' is out of range: there are {1 << (length - network.prefixlen)} such subnets"
        )
    start = int(network.network_address) + (number << (network.max_prefixlen - length))
    return f"{_address(network, start)}/{length}"


def cidr_host(text: Value, index: Value) -> str:
    """The host of that index; 0 is the address behind the network's own."""
    network = _network(text)
    number = integer_argument(index, "the host index")
    last = network.num_addresses - (3 if isinstance(network, IPv4Network) else 2)  # IPv4 keeps one for broadcast
    if not 0 <= number <= last:
        raise ExpressionError(f"the host index '{number}' is out of range for '{network}'")
    return str(_address(network, int(network.network_address) + 1 + number))


def _address(network: Network, value: int) -> IPv4Address | IPv6Address:
    return IPv4Address(value) if isinstance(network, IPv4Network) else IPv6Address(value)


def _network(text: Value) -> Network:
    address, slash, prefix = text_argument(text, "the range").partition("/")
    invalid = ExpressionError(f"'{text}' is no CIDR range; one looks like '10.0.0.0/16'")
    if not slash or not (prefix.isascii() and prefix.isdigit()) or len(prefix) > 3 or "%" in address:
        raise invalid
    try:
        ip_address(address)
        return ip_network((address, int(prefix)), strict=False)
    except ValueError:
        raise invalid from None
