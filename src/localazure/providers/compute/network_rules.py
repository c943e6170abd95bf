"""Network security groups: which ports of a machine the prober on this machine may reach.

The prober stands for the Internet. Rules are taken by priority, the first that matches a port decides, and the
default rules close whatever is left (Network security groups overview: DenyAllInBound, 65500). A subnet's group and a
network interface's group both have to allow; a Standard public IP without any group is closed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from localazure.engine_port import Rule

PROBER_ADDRESS = ipaddress.ip_address("127.0.0.1")
_INTERNET = ("*", "internet", "any", "0.0.0.0/0")
_ALL_PORTS = (0, 65535)
Range = tuple[int, int]
Protocol = Literal["Tcp", "Udp"]


def open_ports(groups: Sequence[Mapping[str, Any]], *, standard_ip: bool = True) -> tuple[Rule, ...]:
    """What the prober may reach behind `groups` (bodies of network security groups, subnet's and interface's)."""
    if not groups:
        return () if standard_ip else _rules("Tcp", [_ALL_PORTS]) + _rules("Udp", [_ALL_PORTS])
    found: tuple[Rule, ...] = ()
    protocols: tuple[Protocol, ...] = ("Tcp", "Udp")
    for protocol in protocols:
        allowed = [_ALL_PORTS]
        for group in groups:
            allowed = _intersection(allowed, _allowed(group, protocol))
        found += _rules(protocol, allowed)
    return found


def _rules(protocol: Protocol, ranges: Iterable[Range]) -> tuple[Rule, ...]:
    return tuple(Rule(protocol=protocol, first_port=first, last_port=last) for first, last in ranges)


def _allowed(group: Mapping[str, Any], protocol: Protocol) -> list[Range]:
    undecided, allowed = [_ALL_PORTS], list[Range]()
    for rule in sorted(_inbound(group), key=lambda rule: int(rule.get("priority", 65000))):
        if not _is_for(rule, protocol):
            continue
        matched = _intersection(undecided, _ports(rule))
        if str(rule.get("access", "")).lower() == "allow":
            allowed += matched
        undecided = _difference(undecided, matched)
    return _merged(allowed)


def _inbound(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rules = group.get("properties", {}).get("securityRules") or ()
    inner = [rule.get("properties") or {} for rule in rules]
    return [rule for rule in inner if str(rule.get("direction", "")).lower() == "inbound"]


def _is_for(rule: Mapping[str, Any], protocol: Protocol) -> bool:
    if str(rule.get("protocol", "*")).lower() not in ("*", protocol.lower()):
        return False
    return any(_matches_prober(source) for source in _values(rule, "sourceAddressPrefix", "sourceAddressPrefixes"))


def _matches_prober(source: str) -> bool:
    if source.lower() in _INTERNET:
        return True
    try:
        return PROBER_ADDRESS in ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False  # a service tag that is not the Internet: VirtualNetwork, AzureLoadBalancer, Storage …


def _ports(rule: Mapping[str, Any]) -> list[Range]:
    return _merged(_range(text) for text in _values(rule, "destinationPortRange", "destinationPortRanges"))


def _range(text: str) -> Range:
    if text == "*":
        return _ALL_PORTS
    first, _, last = text.partition("-")
    return (int(first), int(last or first))


def _values(rule: Mapping[str, Any], single: str, several: str) -> list[str]:
    found = [str(value) for value in rule.get(several) or ()]
    if rule.get(single) not in (None, ""):
        found.append(str(rule[single]))
    return found


def _intersection(left: Iterable[Range], right: Iterable[Range]) -> list[Range]:
    pairs = ((max(a, c), min(b, d)) for a, b in left for c, d in right)
    return _merged(pair for pair in pairs if pair[0] <= pair[1])


def _difference(left: list[Range], right: Iterable[Range]) -> list[Range]:
    for first, last in right:
        left = [
            piece for a, b in left for piece in ((a, min(b, first - 1)), (max(a, last + 1), b)) if piece[0] <= piece[1]
        ]
    return _merged(left)


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
