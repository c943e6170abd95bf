"""Take away the rights on a whole storage account that earlier releases gave."""

from collections.abc import Callable

import armtemplate
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.role_assignments import RoleAssignment, assignments_at, remove_assignment
from imagegate.model import ResourceId

_READER, _CONTRIBUTOR = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
"""Storage Blob Data Reader and Contributor. Source: Azure built-in roles, Storage."""


def remove_wide_roles(
    cloud: Cloud, account: ResourceId, *, identity: str, note: Callable[[str], None]
) -> tuple[str, ...]:
    """Remove what earlier foundations assigned on the account; what anybody else assigned stays. Ids of the removed.

    `identity` is the builder's name. Today's foundation gives the same rights on single containers, so it is deployed
    before.
    """
    ours = [one for one in assignments_at(cloud, account) if _is_ours(one, account, identity)]
    for assignment in ours:
        remove_assignment(cloud, assignment)
        note(f"took the rights on all of {account.name} away from {assignment.principal_id}")
    return tuple(one.id for one in ours)


def _is_ours(assignment: RoleAssignment, account: ResourceId, identity: str) -> bool:
    """Whether its name is the one that an earlier foundation made of account and principal."""
    wanted = {_READER: (identity, "blob reader"), _CONTRIBUTOR: (assignment.principal_id, "blob contributor")}
    if assignment.role not in wanted:
        return False
    # The spelling of the group differs between what a deployment and what a list says.
    return assignment.name in {_guid(scope, *wanted[assignment.role]) for scope in (account.text, assignment.scope)}


def _guid(*parts: str) -> str:
    # Joined as the function itself joins its arguments.
    parameters = {"parts": "-".join(parts)}
    return str(armtemplate.evaluate_expression("[guid(parameters('parts'))]", parameters=parameters))
