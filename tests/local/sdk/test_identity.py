"""azure-mgmt-msi and azure-mgmt-authorization against the local cloud."""

from __future__ import annotations

import uuid

import pytest
from azure.core.exceptions import ResourceNotFoundError

from sdk_bench import Sdk

PLACE = {"location": "westeurope"}
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def test_a_user_assigned_identity_lives(azure: Sdk, group: str) -> None:
    """An identity is made, found, listed, tagged and deleted."""
    identities = azure.msi.user_assigned_identities
    made = identities.create_or_update(group, "builder", PLACE)

    assert identities.get(group, "builder").principal_id == made.principal_id
    assert [entry.name for entry in identities.list_by_resource_group(group)] == ["builder"]
    assert made.id in [entry.id for entry in identities.list_by_subscription()]
    assert identities.update(group, "builder", {"tags": {"a": "b"}}).tags == {"a": "b"}
    identities.delete(group, "builder")
    assert identities.list_by_resource_group(group) == []


def test_the_service_lists_its_operations(azure: Sdk) -> None:
    """What roles can name is listed."""
    names = [entry.name for entry in azure.msi.operations.list()]
    assert "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action" in names


def test_a_federated_credential_lives(azure: Sdk, group: str) -> None:
    """A credential of an identity is made, found, listed and deleted."""
    azure.msi.user_assigned_identities.create_or_update(group, "builder", PLACE)
    credentials = azure.msi.federated_identity_credentials
    issuer, subject = "https://token.actions.githubusercontent.com", "repo:o/r:ref:refs/heads/main"
    properties = {"issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}
    made = credentials.create_or_update(group, "builder", "github", {"properties": properties})

    assert made.subject == subject
    assert credentials.get(group, "builder", "github").issuer == issuer
    assert [entry.name for entry in credentials.list(group, "builder")] == ["github"]
    credentials.delete(group, "builder", "github")
    assert credentials.list(group, "builder") == []


def test_a_role_is_defined_and_assigned(azure: Sdk, group: str) -> None:
    """A custom role is made and assigned, both are found and listed, and both go."""
    scope = azure.resources.resource_groups.get(group).id
    definitions, assignments = azure.authorization.role_definitions, azure.authorization.role_assignments
    principal = azure.msi.user_assigned_identities.create_or_update(group, "builder", PLACE).principal_id
    role_id, assignment_id = str(uuid.uuid4()), str(uuid.uuid4())
    role = {
        "roleName": f"Reader of {group}",
        "permissions": [{"actions": ["*/read"], "notActions": []}],
        "assignableScopes": [scope],
        "type": "CustomRole",
    }
    made = definitions.create_or_update(scope, role_id, {"properties": role})
    assert definitions.get(scope, role_id).role_name == f"Reader of {group}"
    assert READER in [entry.name for entry in definitions.list(scope)]
    properties = {"roleDefinitionId": made.id, "principalId": principal, "principalType": "ServicePrincipal"}
    assignments.create(scope, assignment_id, {"properties": properties})

    assert assignments.get(scope, assignment_id).principal_id == principal
    assert assignment_id in [entry.name for entry in assignments.list_for_scope(scope, filter="atScope()")]
    assert azure.authorization.permissions.list_for_resource(
        group, "Microsoft.ManagedIdentity", "", "userAssignedIdentities", "builder"
    )
    assignments.delete(scope, assignment_id)
    definitions.delete(scope, role_id)
    with pytest.raises(ResourceNotFoundError):
        assignments.get(scope, assignment_id)
