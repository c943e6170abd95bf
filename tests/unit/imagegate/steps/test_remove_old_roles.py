"""Which assignments an older release made."""

from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.gateway.role_assignments import assignment_name
from imagegate.steps.remove_old_roles import remove_old_roles

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/scripts"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/scripts"
LIST = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments"
READER, CONTRIBUTOR = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
WIDE = assignment_name(ACCOUNT, "p-1", "blob contributor")
"""That the names are Azure's is held by tests/local/sides/test_old_installation.py."""


def _assignment(name: str, role: str = CONTRIBUTOR, principal: str = "p-1", scope: str = ACCOUNT) -> dict[str, Any]:
    properties = {"roleDefinitionId": f"/x/{role}", "principalId": principal, "scope": scope}
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "name": name,
        "properties": properties,
    }


def _removed(wire: Wire, *listed: dict[str, Any]) -> list[str]:
    wire.on("GET", LIST, Answer(body={"value": list(listed)}))
    wire.on("DELETE", ".*", Answer(body={}))
    remove_old_roles(cloud_on(wire), "rg", identities=["imagegate-builder"], note=lambda _: None)
    return [seen.path.rpartition("/")[2] for seen in wire.seen if seen.method == "DELETE"]


def test_rights_on_the_whole_account_go(wire: Wire) -> None:
    """The assignment's id says that a release made it; the list's spelling of the group counts, too."""
    other = ACCOUNT.replace("/rg/", "/RG/")
    spelled = assignment_name(other, "p-2", "blob contributor")

    assert _removed(wire, _assignment(WIDE), _assignment(spelled, principal="p-2", scope=other)) == [WIDE, spelled]


@pytest.mark.parametrize(
    ("scope", "role", "label"),
    [(ACCOUNT, READER, "blob reader"), (CONTAINER, READER, "blob reader"), (GROUP, "r", "r")],
)
def test_what_was_named_after_the_identity_goes(wire: Wire, scope: str, role: str, label: str) -> None:
    """Azure would refuse the same right under another id."""
    name = assignment_name(scope, "imagegate-builder", label)

    assert _removed(wire, _assignment(name, role, "b-1", scope)) == [name]


def test_what_else_is_assigned_stays(wire: Wire) -> None:
    """Another id, the id of another identity's right, the same id above, and today's right on a container."""
    today = assignment_name(CONTAINER, "p-1", "blob contributor")
    other = assignment_name(ACCOUNT, "another-builder", "blob reader")

    assert not _removed(
        wire,
        _assignment("mine"),
        _assignment(other, READER),
        _assignment(WIDE, scope=f"/subscriptions/{SUBSCRIPTION}"),
        _assignment(today, scope=CONTAINER),
    )
