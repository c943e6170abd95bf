"""Resource ids at every scope."""

import pytest

from armtemplate import Scope, TemplateFaults, evaluate_expression

_ZERO = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("kind", "expression", "expected"),
    [
        ("resourceGroup", "resourceId('s', 'g', 'A.B/c', 'n')", "/subscriptions/s/resourceGroups/g/providers/A.B/c/n"),
        (
            "resourceGroup",
            "resourceId('A.B/c/', 'n')",
            f"/subscriptions/{_ZERO}/resourceGroups/resource-group/providers/A.B/c/n",
        ),
        ("subscription", "resourceId('A.B/c', 'n')", f"/subscriptions/{_ZERO}/providers/A.B/c/n"),
        ("subscription", "resourceId('s', 'A.B/c', 'n')", "/subscriptions/s/providers/A.B/c/n"),
        ("tenant", "resourceId('A.B/c', 'n')", "/providers/A.B/c/n"),
        ("managementGroup", "resourceId('A.B/c', 'n')", "/providers/A.B/c/n"),
        ("resourceGroup", "subscriptionResourceId('s', 'A.B/c', 'n')", "/subscriptions/s/providers/A.B/c/n"),
        (
            "subscription",
            "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g')",
            f"/subscriptions/{_ZERO}/resourceGroups/g",
        ),
        (
            "managementGroup",
            "managementGroupResourceId('m', 'A.B/c', 'n')",
            "/providers/Microsoft.Management/managementGroups/m/providers/A.B/c/n",
        ),
        ("resourceGroup", "extensionResourceId('/x/y/', 'A.B/c', 'n')", "/x/y/providers/A.B/c/n"),
    ],
)
def test_ids_follow_the_scope(kind: str, expression: str, expected: str) -> None:
    """What stands before the type names subscription and group; a resource group's own id has no provider."""
    assert evaluate_expression(f"[{expression}]", scope=Scope(kind=kind)) == expected  # type: ignore[arg-type] # parametrised


@pytest.mark.parametrize(
    "expression",
    [
        "resourceId('a', 'b')",
        "resourceId('x', 's', 'g', 'A.B/c', 'n')",
        "resourceId('A.B/c/d', 'n')",
        "tenantResourceId('s', 'A.B/c', 'n')",
        "extensionResourceId('x', 'A.B/c', 'n')",
        "extensionResourceId('/x', 'y', 'A.B/c', 'n')",
        "managementGroupResourceId('x', 'y', 'A.B/c', 'n')",
    ],
)
def test_names_must_match_types(expression: str) -> None:
    """As many names as type segments, and the type in its place."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(f"[{expression}]")
