"""azure-mgmt-msi against the local cloud."""

from __future__ import annotations

from sdk_bench import Sdk


def test_a_user_assigned_identity_lives(azure: Sdk, group: str) -> None:
    """An identity is made, found, listed, tagged and deleted."""
    identities = azure.msi.user_assigned_identities
    made = identities.create_or_update(group, "builder", {"location": "westeurope"})

    assert identities.get(group, "builder").principal_id == made.principal_id
    assert [entry.name for entry in identities.list_by_resource_group(group)] == ["builder"]
    assert made.id in [entry.id for entry in identities.list_by_subscription()]
    assert identities.update(group, "builder", {"tags": {"a": "b"}}).tags == {"a": "b"}
    identities.delete(group, "builder")
    assert identities.list_by_resource_group(group) == []
