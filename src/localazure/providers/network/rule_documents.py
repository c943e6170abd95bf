"""Security rules: what a client may say, and the rules that every group has by default."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.providers.network.manners import NetworkError, refused

RULE_TYPE = "Microsoft.Network/networkSecurityGroups/securityRules"
_DEFAULT_TYPE = "Microsoft.Network/networkSecurityGroups/defaultSecurityRules"
_LISTS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")
_SINGLES = ("sourcePortRange", "destinationPortRange", "sourceAddressPrefix", "destinationAddressPrefix")
_PROTOCOLS = {name.lower(): name for name in ("Tcp", "Udp", "Icmp", "Esp", "Ah", "*")}
_REQUIRED = ("protocol", "access", "priority", "direction")
_PRIORITIES = range(100, 4097)
_HIGHEST_PORT = 65535
_SERVICE_TAG = re.compile(r"[A-Za-z][\w.]*")


@dataclass(frozen=True)
class _Default:
    """A default rule (recorded)."""

    name: str
    description: str
    source: str
    destination: str
    access: str
    priority: int


_VNET = "VirtualNetwork"
_OUT = "Allow outbound traffic from all VMs to"
_DEFAULTS = (
    _Default("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET", _VNET, _VNET, "Allow", 65000),
    _Default(
        "AllowAzureLoadBalancerInBound",
        "Allow inbound traffic from azure load balancer",
        "AzureLoadBalancer",
        "*",
        "Allow",
        65001,
    ),
    _Default("DenyAllInBound", "Deny all inbound traffic", "*", "*", "Deny", 65500),
    _Default("AllowVnetOutBound", f"{_OUT} all VMs in VNET", _VNET, _VNET, "Allow", 65000),
    _Default("AllowInternetOutBound", f"{_OUT} Internet", "*", "Internet", "Allow", 65001),
    _Default("DenyAllOutBound", "Deny all outbound traffic", "*", "*", "Deny", 65500),
)


def document(group: dict[str, Any], name: str, given: dict[str, Any]) -> dict[str, Any]:
    """A rule of a group, checked by itself."""
    rule_id = f"{group['id']}/securityRules/{name}"
    _check(rule_id, given)
    properties: dict[str, Any] = {"provisioningState": ""}
    scalars = (
        "description", "protocol", "sourcePortRange", "destinationPortRange", "sourceAddressPrefix",
        "destinationAddressPrefix", "access", "priority", "direction",
    )  # fmt: skip
    properties |= {key: given[key] for key in scalars if given.get(key) not in (None, "")}
    properties["protocol"] = _PROTOCOLS[str(given["protocol"]).lower()]
    properties["access"] = str(given["access"]).capitalize()
    properties["direction"] = str(given["direction"]).capitalize()
    properties |= {key: list(given.get(key) or ()) for key in _LISTS}
    return {"name": name, "id": rule_id, "etag": "", "type": RULE_TYPE, "properties": properties}


def check_together(rules: Iterable[dict[str, Any]]) -> None:
    """Raise SecurityRuleConflict when two rules have the same priority and direction."""
    seen: dict[tuple[str, int], str] = {}
    for rule in rules:
        key = (rule["properties"]["direction"], int(rule["properties"]["priority"]))
        if key in seen:
            message = (
                f"Security rule {rule['name']} conflicts with rule {seen[key]}. Rules cannot have the same "
                "Priority and Direction."
            )
            raise refused("SecurityRuleConflict", message)
        seen[key] = rule["name"]


def defaults(group_id: ResourceId) -> list[dict[str, Any]]:
    """The six rules that no one can take away."""
    return [
        {
            "name": rule.name,
            "id": f"{group_id}/defaultSecurityRules/{rule.name}",
            "etag": "",
            "type": _DEFAULT_TYPE,
            "properties": {
                "provisioningState": "",
                "description": rule.description,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": rule.source,
                "destinationAddressPrefix": rule.destination,
                "access": rule.access,
                "priority": rule.priority,
                "direction": "Inbound" if rule.name.endswith("InBound") else "Outbound",
                **{key: [] for key in _LISTS},
            },
        }
        for rule in _DEFAULTS
    ]


def _check(rule_id: str, given: dict[str, Any]) -> None:
    missing = [name for name in _REQUIRED if given.get(name) in (None, "")]
    pairs = zip(_SINGLES, _LISTS, strict=True)
    missing += [single for single, several in pairs if not given.get(single) and not given.get(several)]
    if missing:
        details = [
            {"code": "MissingJsonProperty", "message": f"Security rule {rule_id} has no {name}."} for name in missing
        ]
        raise NetworkError(400, "InvalidRequestFormat", "Cannot parse the request.", details=details)
    if int(given["priority"]) not in _PRIORITIES:
        message = (
            f"Security rule has invalid Priority. Value provided: {given['priority']} Allowed range "
            f"{_PRIORITIES[0]}-{_PRIORITIES[-1]}."
        )
        raise refused("SecurityRuleInvalidPriority", message)
    _check_words(given)
    for text in _all(given, "sourcePortRange") + _all(given, "destinationPortRange"):
        _check_port(text)
    for text in _all(given, "sourceAddressPrefix", "es") + _all(given, "destinationAddressPrefix", "es"):
        _check_address(text)


def _check_words(given: dict[str, Any]) -> None:
    allowed = {"protocol": set(_PROTOCOLS), "access": {"allow", "deny"}, "direction": {"inbound", "outbound"}}
    for name, words in allowed.items():
        if str(given[name]).lower() not in words:
            message = f"Value provided: {given[name]} for {name} is not one of {', '.join(sorted(words))}."
            raise refused("InvalidRequestFormat", f"Cannot parse the request. {message}")


def _check_port(text: str) -> None:
    first, _, last = text.partition("-")
    ends = [first, last or first]
    if text != "*" and not (
        all(end.isdecimal() and int(end) <= _HIGHEST_PORT for end in ends) and int(ends[0]) <= int(ends[1])
    ):
        message = (
            f"Security rule has invalid Port range. Value provided: {text}. Value should be an integer OR integer "
            "range with '-' delimiter. Valid range 0-65535."
        )
        raise refused("SecurityRuleInvalidPortRange", message)


def _check_address(text: str) -> None:
    if text == "*" or _SERVICE_TAG.fullmatch(text):
        return
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        message = f"Security rule has invalid Address prefix. Value provided: {text}"
        raise refused("SecurityRuleInvalidAddressPrefix", message) from error


def _all(given: dict[str, Any], single: str, plural: str = "s") -> list[str]:
    several = [str(text) for text in given.get(single + plural) or ()]
    return [*several, str(given[single])] if given.get(single) not in (None, "") else several
