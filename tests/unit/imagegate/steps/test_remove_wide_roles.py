"""Which assignments an older release made."""

from typing import Any

from fake_wire import SUBSCRIPTION, Answer, Wire, cloud_on
from imagegate.model import ResourceId
from imagegate.steps.remove_wide_roles import _guid, remove_wide_roles

ACCOUNT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/scripts"
LIST = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"
READER, CONTRIBUTOR = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
OURS = _guid(ACCOUNT, "p-1", "blob contributor")
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
    remove_wide_roles(cloud_on(wire), ResourceId.parse(ACCOUNT), identity="imagegate-builder", note=lambda _: None)
    return [seen.path.rpartition("/")[2] for seen in wire.seen if seen.method == "DELETE"]


def test_an_earlier_assignment_goes(wire: Wire) -> None:
    """Its name says that we made it; the list's spelling of the group counts, too."""
    builder = _guid(ACCOUNT, "imagegate-builder", "blob reader")
    other = ACCOUNT.replace("/rg/", "/RG/")
    spelled = _guid(other, "p-2", "blob contributor")

    assert _removed(
        wire, _assignment(OURS), _assignment(builder, READER, "b-1"), _assignment(spelled, principal="p-2", scope=other)
    ) == [OURS, builder, spelled]


def test_what_somebody_else_assigned_stays(wire: Wire) -> None:
    """Another name, another role under our name, or an assignment above the account."""
    above = ACCOUNT.partition("/providers/")[0]

    assert not _removed(wire, _assignment("mine"), _assignment(OURS, READER), _assignment(OURS, scope=above))
