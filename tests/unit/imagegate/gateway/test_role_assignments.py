"""Role assignments at a scope."""

from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.gateway.role_assignments import RoleAssignment, assignments_below, remove_assignment
from imagegate.model import ResourceId

ACCOUNT = ResourceId.parse(
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"
)
LIST = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments"


def _entry(name: str, scope: str) -> dict[str, object]:
    properties = {"roleDefinitionId": "/x/ROLE", "principalId": "p", "scope": scope}
    return {"id": f"{LIST}/{name}", "name": name, "properties": properties}


def test_those_of_the_scope_and_below_on_every_page(wire: Wire) -> None:
    """Inherited assignments are in the service's answer and are left out; a list has pages."""
    pages = [
        {
            "value": [_entry("inherited", ACCOUNT.text.partition("/providers")[0])],
            "nextLink": f"https://x{LIST}?page=2",
        },
        {"value": [_entry("Own", ACCOUNT.text.upper()), _entry("below", f"{ACCOUNT}/x/y"), _entry("o", f"{ACCOUNT}2")]},
    ]
    asked: list[Seen] = []

    def listed(seen: Seen) -> Answer:
        asked.append(seen)
        return Answer(body=pages[len(asked) - 1])

    wire.on("GET", LIST, listed)

    found = assignments_below(cloud_on(wire), ACCOUNT)

    assert [(one.name, one.role, one.principal_id) for one in found] == [("own", "role", "p"), ("below", "role", "p")]
    assert len(asked) == 2


def test_removing_twice_is_fine(wire: Wire) -> None:
    """The service answers 204 for one that is gone."""
    wire.on("DELETE", f"{LIST}/n", Answer(status=204))
    assignment = RoleAssignment(id=f"{LIST}/n", name="n", scope=ACCOUNT.text, role="r", principal_id="p")

    remove_assignment(cloud_on(wire), assignment)

    assert len(wire.calls("DELETE", f"{LIST}/n")) == 1
