"""Who has which rights in a local cloud, in words."""

from __future__ import annotations

from collections import defaultdict

from localazure.access.built_in_roles import BUILT_IN_ROLES
from localazure.access.decisions import ASSIGNMENT_TYPE, DEFINITION_TYPE
from localazure.assembly import LocalCloud

_KINDS = {
    "subscriptions": "subscription",
    "resourcegroups": "group",
    "containers": "container",
    "storageaccounts": "account",
    "userassignedidentities": "identity",
    "topics": "topic",
    "components": "insights",
}


def rights(server: LocalCloud) -> dict[str, set[str]]:
    """By the name of every principal that has any right: each as `ROLE on KIND NAME` of its scope."""
    store = server.cloud.store
    roles = {role.name: role.role_name for role in BUILT_IN_ROLES}
    roles |= {one.id.name.lower(): one.body["properties"]["roleName"] for one in store.of_type(DEFINITION_TYPE)}
    found = defaultdict[str, set[str]](set)
    for document in store.of_type(ASSIGNMENT_TYPE):
        given = document.body["properties"]
        role = roles[given["roleDefinitionId"].rsplit("/", 1)[-1].lower()]
        found[name_of(server, given["principalId"])].add(f"{role} on {_place(given['scope'])}")
    return dict(found)


def name_of(server: LocalCloud, object_id: str) -> str:
    """`owner`, the name of a managed identity's resource, or what the directory knows; else the id itself."""
    if object_id == server.owner.object_id:
        return "owner"
    entry = server.cloud.directory.by_object_id(object_id)
    return (entry.resource_id.rsplit("/", 1)[-1] or entry.name) if entry else object_id


def _place(scope: str) -> str:
    """The kind of a scope, and its name; there is one subscription."""
    *_, kind, name = scope.split("/")
    place = _KINDS.get(kind.lower(), kind)
    return place if place == "subscription" else f"{place} {name}"
