"""What of a run is still there: groups by name, roles and assignments by scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from acceptance.api_versions import AUTHORIZATION, RESOURCES
from acceptance.places import value_at, values_at
from acceptance.world import World

_ROLES = "providers/Microsoft.Authorization/roleDefinitions"
_ASSIGNMENTS = "providers/Microsoft.Authorization/roleAssignments"


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """Names of groups; ids of role definitions and of role assignments."""

    groups: tuple[str, ...]
    roles: tuple[str, ...]
    assignments: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Everything, as lines."""
        return (
            *(f"resource group {name}" for name in self.groups),
            *(f"role definition {name}" for name in self.roles),
            *(f"role assignment {name}" for name in self.assignments),
        )


def find_leftovers(world: World, label: str = "left") -> Leftovers:
    """Everything in the subscription that belongs to the run's prefix."""
    groups = [str(entry["name"]) for entry in _listed(world, f"{label}/groups", "resourcegroups", RESOURCES)]
    roles = [
        str(entry["id"])
        for entry in _listed(world, f"{label}/roles", _ROLES, AUTHORIZATION, "atScopeAndBelow()")
        if is_role_of(world, entry)
    ]
    ours = {role.rsplit("/", 1)[-1].lower() for role in roles}
    assignments = [
        str(entry["id"])
        for entry in _listed(world, f"{label}/assignments", _ASSIGNMENTS, AUTHORIZATION)
        if _is_ours(world, str(value_at(entry, "properties.scope")))
        or str(value_at(entry, "properties.roleDefinitionId")).rsplit("/", 1)[-1].lower() in ours
    ]
    return Leftovers(
        groups=tuple(name for name in groups if is_group_of(world.options.prefix, name)),
        roles=tuple(roles),
        assignments=tuple(assignments),
    )


def is_group_of(prefix: str, name: str) -> bool:
    """Whether a group is the run's: its name begins so, or it is Image Builder's own for one of its templates."""
    return name.lower().startswith((f"{prefix}-", f"it_{prefix}-"))


def is_role_of(world: World, role: object) -> bool:
    """Whether a role definition can be assigned in a group of the run."""
    return any(_is_ours(world, str(scope)) for scope in values_at(role, "properties.assignableScopes[]"))


def _is_ours(world: World, scope: str) -> bool:
    parts = scope.lower().split("/")
    return len(parts) > 4 and is_group_of(world.options.prefix, parts[4])


def _listed(world: World, label: str, kind: str, api_version: str, wanted: str = "") -> Iterator[dict[str, Any]]:
    """Every entry of a list at the subscription, page after page; nothing of others is recorded."""
    query = {"$filter": wanted} if wanted else {}
    path = f"{world.subscription}/{kind}"
    while True:
        page = world.ask(label, "GET", path, api_version=api_version, query=query, keep=lambda _: None).body or {}
        yield from page.get("value") or ()
        if not page.get("nextLink"):
            return
        from urllib.parse import parse_qsl, urlsplit

        parts = urlsplit(page["nextLink"])
        path, query = parts.path, dict(parse_qsl(parts.query))
        query.pop("api-version", None)
