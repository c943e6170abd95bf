"""Security groups: which ports the prober reaches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_world import allow
from localazure.engine_port import Rule
from localazure.providers.compute.network_rules import open_ports


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    """A security group of these rules."""
    return {"properties": {"securityRules": list(rules)}}


def tcp(*groups: dict[str, Any]) -> list[tuple[int, int]]:
    """The open TCP ranges behind these groups."""
    return [(rule.first_port, rule.last_port) for rule in open_ports(groups) if rule.protocol == "Tcp"]


def test_closed_by_default() -> None:
    """A group without rules, and a Standard address without a group, let nothing in; a Basic one lets all in."""
    assert open_ports([group()]) == ()
    assert open_ports([]) == ()
    assert Rule(protocol="Tcp", first_port=0, last_port=65535) in open_ports([], standard_ip=False)


@pytest.mark.parametrize(
    ("source", "reaches"),
    [
        ("*", True),
        ("Internet", True),
        ("0.0.0.0/0", True),
        ("127.0.0.1", True),
        ("127.0.0.0/8", True),
        ("10.0.0.0/8", False),
        ("VirtualNetwork", False),
        ("AzureLoadBalancer", False),
    ],
)
def test_sources(source: str, reaches: bool) -> None:
    """The prober is the Internet, and this machine's loopback address."""
    assert tcp(group(allow("80", source=source))) == ([(80, 80)] if reaches else [])


def test_priorities() -> None:
    """The rule with the lowest number decides, whatever order they stand in."""
    deny = allow("1-1000", access="Deny", priority=200)
    assert tcp(group(deny, allow("80"), allow("1-65535", priority=300))) == [(80, 80), (1001, 65535)]
    assert tcp(group(allow("80", priority=300), deny)) == []


def test_both_groups_have_to_allow() -> None:
    """Subnet's and interface's group are both passed."""
    assert tcp(group(allow("80-443")), group(allow("443-8080"))) == [(443, 443)]


def test_plural_fields_and_protocols() -> None:
    """Prefixes and ranges may be lists; a rule of another protocol or direction does not count."""
    many = allow("80")
    many["properties"] |= {
        "destinationPortRange": "",
        "destinationPortRanges": ["80", "443"],
        "sourceAddressPrefix": "",
        "sourceAddressPrefixes": ["10.0.0.0/8", "Internet"],
    }
    assert tcp(group(many)) == [(80, 80), (443, 443)]
    udp, outbound = allow("53"), allow("25")
    udp["properties"]["protocol"] = "Udp"
    outbound["properties"]["direction"] = "Outbound"
    assert open_ports([group(udp, outbound)]) == (Rule(protocol="Udp", first_port=53, last_port=53),)


RULES = st.lists(
    st.builds(
        lambda first, length, priority, access: allow(
            f"{first}-{min(first + length, 100)}", priority=priority, access=access
        ),
        st.integers(0, 100),
        st.integers(0, 30),
        st.integers(100, 110),
        st.sampled_from(["Allow", "Deny"]),
    ),
    max_size=8,
    unique_by=lambda rule: rule["properties"]["priority"],
)


@given(RULES, st.integers(0, 100))
def test_ranges_say_what_port_by_port_evaluation_says(rules: list[dict[str, Any]], port: int) -> None:
    """Working on ranges gives the same answer as asking the rules for each port."""
    wanted = False
    for rule in sorted(rules, key=lambda rule: int(rule["properties"]["priority"])):
        first, last = map(int, rule["properties"]["destinationPortRange"].split("-"))
        if first <= port <= last:
            wanted = rule["properties"]["access"] == "Allow"
            break
    assert any(first <= port <= last for first, last in tcp(group(*rules))) is wanted
