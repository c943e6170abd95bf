"""Address prefixes, and addresses out of them."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.arm.errors import ArmError
from localazure.arm.resource_id import ResourceId
from localazure.providers.network.address_space import check_subnet, free_address, parsed_prefix

_OWNER = ResourceId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v")


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_prefix_is_read_or_refused_with_what_it_should_be(address: ipaddress.IPv4Address, length: int) -> None:
    """Host bits are refused with the right prefix in the message, as Azure does."""
    right = ipaddress.ip_network(f"{address}/{length}", strict=False)
    assert parsed_prefix(str(right), _OWNER) == right
    if str(right.network_address) != str(address):
        with pytest.raises(ArmError, match=str(right).replace(".", r"\.")) as refused:
            parsed_prefix(f"{address}/{length}", _OWNER)
        assert refused.value.code == "InvalidCIDRNotation"


@given(st.text())
def test_any_text_is_a_prefix_or_refused(text: str) -> None:
    """InvalidAddressPrefixFormat or InvalidCIDRNotation, never another exception."""
    code = ""
    try:
        parsed_prefix(text, _OWNER)
    except ArmError as error:
        code = error.code
    assert code in {"", "InvalidAddressPrefixFormat", "InvalidCIDRNotation"}


def test_subnets_give_addresses_from_the_fifth_on_until_they_are_full() -> None:
    """A /29 has three addresses for machines: Azure keeps five."""
    prefix = ipaddress.ip_network("10.0.0.0/29")
    taken: list[str] = []
    for _ in range(3):
        taken.append(free_address(prefix, taken, _OWNER))
    assert taken == ["10.0.0.4", "10.0.0.5", "10.0.0.6"]
    with pytest.raises(ArmError, match="SubnetIsFull"):
        free_address(prefix, taken, _OWNER)


def test_versions_of_ip_never_overlap() -> None:
    """An IPv6 subnet beside an IPv4 one is fine; outside the network's space it is not."""
    four, six = ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("fd00::/64")
    check_subnet("six", [six], "v", [ipaddress.ip_network("fd00::/48")], [("four", four)])
    with pytest.raises(ArmError, match="NetcfgInvalidSubnet"):
        check_subnet("six", [six], "v", [ipaddress.ip_network("10.0.0.0/8")], [])
