"""The decision whether a principal may do something somewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.access.built_in_roles import BUILT_IN_ROLES
from localazure.access.decisions import Decisions, covers
from localazure.store import Store

_BY_NAME = {role.role_name: role.name for role in BUILT_IN_ROLES}
_GROUP = "/subscriptions/s/resourceGroups/rg"
_IDENTITY = f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
_BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store."""
    kept = Store(":memory:")
    yield kept
    kept.close()


def _assign(store: Store, role: str, scope: str = _GROUP, principal: str = "p") -> None:
    properties = {"roleDefinitionId": f"/x/roleDefinitions/{role}", "principalId": principal, "scope": scope}
    name = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role}-{principal}"
    store.put(name, {"properties": properties})


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        ("Owner", "Microsoft.Authorization/roleAssignments/write", True),
        ("Contributor", "Microsoft.Compute/virtualMachines/write", True),
        ("Contributor", "Microsoft.Authorization/roleAssignments/write", False),
        ("Contributor", "microsoft.authorization/roleassignments/DELETE", False),
        ("Contributor", "Microsoft.Authorization/roleAssignments/read", True),
        ("Reader", "Microsoft.Compute/virtualMachines/read", True),
        ("Reader", "Microsoft.Compute/virtualMachines/write", False),
        ("Reader", "Microsoft.Storage/storageAccounts/listKeys/action", False),
        ("User Access Administrator", "Microsoft.Authorization/roleAssignments/write", True),
        ("User Access Administrator", "Microsoft.Compute/virtualMachines/write", False),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", True),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/read", True),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/write", False),
        ("Virtual Machine Contributor", "Microsoft.Compute/virtualMachines/runCommand/action", True),
        ("Virtual Machine Contributor", "Microsoft.Network/virtualNetworks/write", False),
    ],
)
def test_built_in_roles_grant_what_azures_do(store: Store, role: str, action: str, allowed: bool) -> None:
    """Wildcards, actions taken back, and no regard to case."""
    _assign(store, _BY_NAME[role])
    assert Decisions(store).allows("p", action, _IDENTITY) is allowed


def test_data_is_apart_from_resources(store: Store) -> None:
    """An Owner may not read blobs, and a Blob Data Reader may not read accounts."""
    _assign(store, _BY_NAME["Owner"], principal="owner")
    _assign(store, _BY_NAME["Storage Blob Data Reader"], principal="reader")
    decide = Decisions(store).allows
    assert not decide("owner", f"{_BLOB}/read", _GROUP, data=True)
    assert decide("reader", f"{_BLOB}/read", _GROUP, data=True)
    assert not decide("reader", f"{_BLOB}/write", _GROUP, data=True)
    assert not decide("reader", "Microsoft.Storage/storageAccounts/read", _GROUP)


def test_custom_roles_are_read_from_the_store(store: Store) -> None:
    """What a definition says counts at once."""
    permissions = [{"actions": ["Microsoft.Compute/galleries/*"], "notActions": ["Microsoft.Compute/galleries/delete"]}]
    definition = {"properties": {"permissions": permissions}}
    store.put("/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/custom", definition)
    _assign(store, "custom")
    decide = Decisions(store).allows
    assert decide("p", "Microsoft.Compute/galleries/images/write", _GROUP)
    assert not decide("p", "Microsoft.Compute/galleries/delete", _GROUP)
    assert not decide("somebody", "Microsoft.Compute/galleries/read", _GROUP)


def test_a_role_that_is_gone_grants_nothing(store: Store) -> None:
    """An assignment may outlive its definition."""
    _assign(store, "gone")
    assert not Decisions(store).allows("p", "Microsoft.Compute/galleries/read", _GROUP)


def test_a_principal_sees_what_lies_around_its_scope(store: Store) -> None:
    """Lists show the subscription to who has a role in one of its groups."""
    _assign(store, _BY_NAME["Reader"])
    assert Decisions(store).sees("p", "/subscriptions/s")
    assert Decisions(store).sees("p", _IDENTITY)
    assert not Decisions(store).sees("p", "/subscriptions/s/resourceGroups/other")


@given(st.lists(st.text("abAB-.", min_size=1), min_size=1), st.lists(st.text("abAB-.", min_size=1)))
def test_a_scope_covers_itself_and_what_is_below(outer: list[str], inner: list[str]) -> None:
    """Whole segments decide, case does not."""
    above = "/" + "/".join(outer)
    assert covers(above, (above + "/" + "/".join(inner)).upper())
    assert not covers(above, above + "x")
    assert covers("/", above)
