"""The custom roles of a local cloud: each of their actions, and the cloud without one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localazure.access.decisions import DEFINITION_TYPE
from localazure.arm.resource_id import ResourceId
from localazure.store import Document, Store

_KINDS = ("actions", "dataActions")


@dataclass(frozen=True, kw_only=True)
class RoleAction:
    """An action (`kind` actions or dataActions) of a role; `role` is its name without what makes it unique."""

    role: str
    kind: str
    action: str
    definition_id: ResourceId

    def __str__(self) -> str:
        return f"{self.role}: {self.action}"

    @contextmanager
    def taken_out(self, store: Store) -> Iterator[None]:
        """The cloud without it."""
        before = store.get(self.definition_id)
        assert before is not None
        store.update(self.definition_id, self._take_from)
        try:
            yield
        finally:
            store.put(self.definition_id, before.body, internal=before.internal)

    def _take_from(self, definition: dict[str, Any]) -> None:
        (permission,) = definition["properties"]["permissions"]
        permission[self.kind].remove(self.action)


def role_actions_in(store: Store) -> tuple[RoleAction, ...]:
    """Every action of every custom role."""
    return tuple(one for definition in store.of_type(DEFINITION_TYPE) for one in _actions_of(definition))


def _actions_of(definition: Document) -> Iterator[RoleAction]:
    properties = definition.body["properties"]
    role = _short(properties["roleName"])
    for permission in properties["permissions"]:
        for kind in _KINDS:
            for action in permission.get(kind) or ():
                yield RoleAction(role=role, kind=kind, action=action, definition_id=definition.id)


def _short(role_name: str) -> str:
    """`imagegate build (rg-images abc…)` as `build (rg-images)`."""
    return re.sub(r" [a-z0-9]+\)$", ")", role_name.removeprefix("imagegate "))
