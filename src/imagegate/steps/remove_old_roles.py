"""Take away role assignments that earlier releases made under other ids, or on a whole storage account."""

import re
from collections.abc import Callable, Iterator, Sequence

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.role_assignments import RoleAssignment, assignment_name, assignments_below, remove_assignment
from imagegate.model import ResourceId

_LABELS = ("blob reader", "blobs", "queues", "tables", "metrics", "verdicts", "letters")
"""What earlier templates called a right in the id of its assignment, beside the scope and the identity's name."""
_ACCOUNT = re.compile(r".*/providers/Microsoft\.Storage/storageAccounts/[^/]+", re.IGNORECASE)
_GROUP = re.compile(r"(?<=/resourcegroups/)[^/]+", re.IGNORECASE)


def remove_old_roles(
    cloud: Cloud, group: str, *, identities: Sequence[str], note: Callable[[str], None]
) -> tuple[str, ...]:
    """Remove them in a resource group and below; what anybody else assigned stays. Ids of what was removed.

    Earlier templates made the id of an assignment from the name of the identity, and not from its principal: Azure
    refuses today's assignment of the same right while the old one is there (RoleAssignmentExists), and an identity
    that was deleted and made again could never get its rights back. So the deployment that gives them comes after this.
    """
    found = assignments_below(cloud, ResourceId.resource_group_of(cloud.subscription_id, group))
    old = [one for one in found if one.name in set(_old_names(one, group, identities))]
    for assignment in old:
        remove_assignment(cloud, assignment)
        note(f"took an assignment of an earlier release away from {assignment.principal_id}: {assignment.scope}")
    return tuple(one.id for one in old)


def _old_names(assignment: RoleAssignment, group: str, identities: Sequence[str]) -> Iterator[str]:
    # The spelling of the group differs between what a deployment and what a list says.
    for scope in {assignment.scope, _GROUP.sub(group, assignment.scope)}:
        for identity in identities:
            for label in (*_LABELS, assignment.role):
                yield assignment_name(scope, identity, label)
        if _ACCOUNT.fullmatch(scope):
            yield assignment_name(scope, assignment.principal_id, "blob contributor")
