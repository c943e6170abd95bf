"""The decision: may this principal do that there? Assignments are inherited downwards; a role may take actions back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from localazure.access.built_in_roles import BUILT_IN_ROLES, Permission
from localazure.clock import Clock, SystemClock
from localazure.control.settings import Settings
from localazure.store import Store

ASSIGNMENT_TYPE = "Microsoft.Authorization/roleAssignments"
DEFINITION_TYPE = "Microsoft.Authorization/roleDefinitions"

_BUILT_IN = {role.name: role.permissions for role in BUILT_IN_ROLES}


class Decisions:
    """Reads role assignments and definitions from the store at every question.

    A change counts at once, but for new assignments where the settings say that those take a while, as in Azure.
    """

    def __init__(self, store: Store, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._settings = settings or Settings()

    def allows(self, object_id: str, action: str, scope: str, *, data: bool = False) -> bool:
        """Whether a principal may do a (data) action at a scope, by any assignment at the scope or above it."""
        return any(_grants(permission, action, data=data) for permission in self.permissions_at(object_id, scope))

    def permissions_at(self, object_id: str, scope: str) -> Iterator[Permission]:
        """What a principal's roles allow at a scope, inherited ones included."""
        for assignment in self.assignments_of(object_id):
            if covers(assignment["scope"], scope):
                yield from self._permissions(assignment["roleDefinitionId"])

    def sees(self, object_id: str, scope: str) -> bool:
        """Whether a principal has any assignment at, above or below a scope: decides what lists show."""
        return any(
            covers(assignment["scope"], scope) or covers(scope, assignment["scope"])
            for assignment in self.assignments_of(object_id)
        )

    def assignments_of(self, object_id: str) -> list[dict[str, Any]]:
        """The properties of a principal's role assignments."""
        wanted = object_id.lower()
        properties = [document.body["properties"] for document in self._store.of_type(ASSIGNMENT_TYPE)]
        return [entry for entry in properties if entry["principalId"].lower() == wanted and self._counts(entry)]

    def _counts(self, assignment: dict[str, Any]) -> bool:
        delay_s, created = self._settings.current.role_assignment_delay_s, assignment.get("createdOn")
        if not delay_s or not created:
            return True
        return self._clock.now() >= datetime.fromisoformat(str(created)) + timedelta(seconds=delay_s)

    def _permissions(self, role_definition_id: str) -> Iterator[Permission]:
        name = role_definition_id.rsplit("/", 1)[-1].lower()
        if name in _BUILT_IN:
            yield from _BUILT_IN[name]
            return
        for document in self._store.of_type(DEFINITION_TYPE):
            if document.id.name.lower() == name:
                yield from (_parsed(entry) for entry in document.body["properties"]["permissions"])


def covers(outer: str, inner: str) -> bool:
    """Whether a scope is another one or lies above it. "/" covers everything."""
    outer, inner = outer.strip("/").lower(), inner.strip("/").lower()
    return not outer or outer == inner or inner.startswith(outer + "/")


def _parsed(entry: dict[str, Any]) -> Permission:
    return Permission(
        actions=tuple(entry.get("actions") or ()),
        not_actions=tuple(entry.get("notActions") or ()),
        data_actions=tuple(entry.get("dataActions") or ()),
        not_data_actions=tuple(entry.get("notDataActions") or ()),
    )


def _grants(permission: Permission, action: str, *, data: bool) -> bool:
    given = permission.data_actions if data else permission.actions
    taken = permission.not_data_actions if data else permission.not_actions
    return any(_wildcard(entry).fullmatch(action) for entry in given) and not any(
        _wildcard(entry).fullmatch(action) for entry in taken
    )


@lru_cache(maxsize=1024)
def _wildcard(text: str) -> re.Pattern[str]:
    # "userAssignedIdentities/*/read" also grants "userAssignedIdentities/read": Managed Identity Operator relies on it.
    pattern = re.escape(text).replace(r"/\*/", "/(?:.*/)?").replace(r"\*", ".*")
    return re.compile(pattern, re.IGNORECASE)
