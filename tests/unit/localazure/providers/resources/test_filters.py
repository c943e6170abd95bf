"""`$filter` of resource lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.arm.errors import ArmError
from localazure.providers.resources.filters import predicate

_BODY = {
    "id": "/subscriptions/s/resourceGroups/Group/providers/Microsoft.Compute/galleries/golden",
    "name": "golden",
    "type": "Microsoft.Compute/galleries",
    "location": "westeurope",
    "tags": {"Env": "it's"},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("resourceType eq 'microsoft.compute/GALLERIES'", True),
        ("resourceType ne 'Microsoft.Compute/galleries'", False),
        ("name eq 'golden' and location eq 'West Europe'", True),
        ("name eq 'golden' AND location eq 'eastus'", False),
        ("resourceGroup eq 'group'", True),
        ("tagName eq 'env'", True),
        ("tagName eq 'env' and tagValue eq 'it''s'", True),
        ("tagName eq 'env' and tagValue eq 'other'", False),
        ("tagName eq 'missing'", False),
        ("substringof('old', name)", True),
        ("startswith(name, 'gol')", True),
        ("startswith(name, 'old')", False),
    ],
)
def test_clauses_hold_or_not(text: str, holds: bool) -> None:
    """The comparisons that clients send."""
    assert predicate(text)(_BODY) is holds


@given(st.text())
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    """Never an exception of another kind, and never a filter that was not understood."""
    code = ""
    try:
        predicate(text)(_BODY)
    except ArmError as error:
        code = error.code
    assert code in {"", "InvalidFilterInQueryString"}
