"""Role assignments at a scope: who has which role there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import list_pages
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

_TYPE = "providers/Microsoft.Authorization/roleAssignments"
_API_VERSION = "2022-04-01"


@dataclass(frozen=True, kw_only=True)
class RoleAssignment:
    """One assignment; `role` is the role's GUID."""

    id: str
    name: str
    scope: str
    role: str
    principal_id: str

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From an entry of the list."""
        properties = body["properties"]
        return cls(
            id=str(body["id"]),
            name=str(body["name"]).lower(),
            scope=str(properties["scope"]),
            role=str(properties["roleDefinitionId"]).rsplit("/", 1)[-1].lower(),
            principal_id=str(properties["principalId"]),
        )


def assignments_at(cloud: Cloud, scope: ResourceId) -> tuple[RoleAssignment, ...]:
    """The assignments of exactly this scope: neither inherited ones nor those of what lies below it."""
    listed = list_pages(cloud, f"{scope}/{_TYPE}", query={"$filter": "atScope()"}, api_version=_API_VERSION)
    found = map(RoleAssignment.from_arm, listed)
    return tuple(one for one in found if one.scope.lower() == scope.text.lower())


def remove_assignment(cloud: Cloud, assignment: RoleAssignment) -> None:
    """Take it away; fine when it is gone."""
    with told_as(f"removing the role assignment {assignment.name}"):
        cloud.send("DELETE", assignment.id, api_version=_API_VERSION)
