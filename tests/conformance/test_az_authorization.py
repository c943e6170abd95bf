"""`az provider`, `az identity` and `az role`: what a subscription needs before the first image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_cli import Az

pytestmark = pytest.mark.slow

GROUP = ("--resource-group", "rg-access")


@pytest.fixture(scope="module")
def scope(az: Az) -> str:
    """The id of the group of this module."""
    return str(az("group", "create", "--name", "rg-access", "--location", "westeurope")["id"])


def test_providers(az: Az) -> None:
    """A namespace is not registered, is waited for until it is, and is unregistered again."""
    name = ("--namespace", "Microsoft.VirtualMachineImages")
    assert az("provider", "show", *name)["registrationState"] == "NotRegistered"
    az("provider", "register", *name, "--wait")
    assert az("provider", "show", *name)["registrationState"] == "Registered"
    assert "Microsoft.VirtualMachineImages" in az("provider", "list", "--query", "[].namespace")
    az("provider", "unregister", *name, "--wait")
    assert az("provider", "show", *name)["registrationState"] == "Unregistered"


@pytest.mark.usefixtures("scope")
def test_identities(az: Az) -> None:
    """An identity is created with ids of its own, listed, shown, and deleted."""
    made = az("identity", "create", *GROUP, "--name", "builder", "--tags", "use=images")
    assert made["tenantId"] == az.cloud["AZURE_TENANT_ID"]
    assert made["principalId"] != made["clientId"]
    assert [one["name"] for one in az("identity", "list", *GROUP)] == ["builder"]
    assert az("identity", "show", *GROUP, "--name", "builder") == made
    az("identity", "delete", *GROUP, "--name", "builder")
    assert "ResourceNotFound" in az.refused("identity", "show", *GROUP, "--name", "builder")


def test_roles(az: Az, scope: str, tmp_path: Path) -> None:
    """A custom role is defined, given by name, listed with its principal's name, taken away, changed, and deleted."""
    identity = az("identity", "create", *GROUP, "--name", "publisher")
    definition = tmp_path / "role.json"
    name = "Image Publisher"
    role = {
        "Name": name,
        "Description": "Writes image versions.",
        "Actions": ["Microsoft.Compute/galleries/images/versions/write"],
        "AssignableScopes": [scope],
    }
    definition.write_text(json.dumps(role))
    made = az("role", "definition", "create", "--role-definition", str(definition))
    assert made["roleType"] == "CustomRole"

    az("role", "assignment", "create", "--assignee", identity["principalId"], "--role", name, "--scope", scope)
    (assignment,) = az("role", "assignment", "list", "--scope", scope)
    assert assignment["roleDefinitionName"] == "Image Publisher"
    assert assignment["principalId"] == identity["principalId"]
    assert assignment["principalName"] == identity["clientId"]
    assert "RoleDefinitionHasAssignments" in az.refused("role", "definition", "delete", "--name", "Image Publisher")

    az("role", "assignment", "delete", "--ids", assignment["id"])
    assert az("role", "assignment", "list", "--scope", scope) == []
    definition.write_text(json.dumps(role | {"Actions": ["*/read"]}))
    changed = az("role", "definition", "update", "--role-definition", str(definition))
    assert changed["permissions"][0]["actions"] == ["*/read"]
    az("role", "definition", "delete", "--name", "Image Publisher", "--scope", scope)
    assert az("role", "definition", "list", "--name", "Image Publisher", "--scope", scope) == []


def test_built_in_roles(az: Az) -> None:
    """Built-in roles have Azure's names and ids."""
    (contributor,) = az("role", "definition", "list", "--name", "Contributor")
    assert contributor["name"] == "b24988ac-6180-42a0-ab88-20f7382dd24c"
    assert contributor["roleType"] == "BuiltInRole"
