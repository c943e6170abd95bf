"""Role assignments at a scope: who has which role there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import armtemplate
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


def assignments_below(cloud: Cloud, scope: ResourceId) -> tuple[RoleAssignment, ...]:
    """The assignments of this scope and of what lies below it, without inherited ones."""
    listed = list_pages(cloud, f"{scope}/{_TYPE}", api_version=_API_VERSION)
    found = map(RoleAssignment.from_arm, listed)
    inside = scope.text.lower()
    return tuple(one for one in found if f"{one.scope}/".lower().startswith(f"{inside}/"))


def assignment_name(*parts: str) -> str:
    """The name that a template's `guid()` makes of these parts."""
    # Joined as the function itself joins its arguments.
    return str(armtemplate.evaluate_expression("[guid(parameters('parts'))]", parameters={"parts": "-".join(parts)}))


def remove_assignment(cloud: Cloud, assignment: RoleAssignment) -> None:
    """Take it away; fine when it is gone."""
    with told_as(f"removing the role assignment {assignment.name}"):
        cloud.send("DELETE", assignment.id, api_version=_API_VERSION)
