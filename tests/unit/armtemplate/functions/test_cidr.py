"""Address ranges."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[parseCidr('10.0.0.77/24').network]", "10.0.0.0"),
        ("[parseCidr('10.0.0.0/31').lastUsable]", "10.0.0.1"),
        ("[contains(parseCidr('fd00::/64'), 'broadcast')]", False),
        ("[cidrSubnet('::/0', 128, 9223372036854775807)]", "::7fff:ffff:ffff:ffff/128"),
        ("[cidrSubnet('10.0.0.0/8', 8, 0)]", "10.0.0.0/8"),
        ("[cidrHost('fd00::/126', 2)]", "fd00::3"),
    ],
)
def test_ranges_mask_host_bits(expression: str, expected: Value) -> None:
    """Networks, subnets and hosts of both families."""
    assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[parseCidr('10.0.0.0')]",
        "[parseCidr('10.0.0.0/')]",
        "[parseCidr('10.0.0.0/255.0.0.0')]",
        "[parseCidr('10.0.0.0/99999999999')]",
        "[cidrSubnet('10.0.0.0/24', 26, 4)]",
        "[cidrSubnet('10.0.0.0/24', 26, -1)]",
        "[cidrHost('10.0.0.0/24', 254)]",
    ],
)
def test_what_is_no_range_or_outside_of_it_is_a_fault(expression: str) -> None:
    """Masks are prefixes, indexes stay inside."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
