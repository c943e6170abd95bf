"""What the caller may do at a scope: asked by clients that check before they begin."""

from __future__ import annotations

from localazure.access.built_in_roles import Permission
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.authorization.ids import SCOPE, scope_of


def permissions_operation(cloud: Cloud) -> Operation:
    """Permissions_ListForResource and its like. Any caller may ask for its own."""

    def answer(request: ArmRequest) -> ArmResponse:
        found = cloud.decisions.permissions_at(request.principal.object_id, scope_of(request))
        return ArmResponse(body={"value": [permission_document(permission) for permission in found]})

    path = SCOPE + "Microsoft.Authorization/permissions"
    return Operation(operation_id="Permissions_ListForResource", method="GET", path=path, action="", handler=answer)


def permission_document(permission: Permission) -> dict[str, list[str]]:
    """A permission as role definitions show it."""
    return {
        "actions": list(permission.actions),
        "notActions": list(permission.not_actions),
        "dataActions": list(permission.data_actions),
        "notDataActions": list(permission.not_data_actions),
    }
