"""Microsoft.Authorization: role definitions and role assignments, at any scope."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.authorization.assignments import RoleAssignments
from localazure.providers.authorization.definitions import RoleDefinitions
from localazure.providers.authorization.permissions import permissions_operation


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [*RoleDefinitions(cloud).operations(), *RoleAssignments(cloud).operations(), permissions_operation(cloud)]
