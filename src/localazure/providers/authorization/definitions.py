"""Role definitions: Azure's own, and those that clients make."""

from __future__ import annotations

from typing import Any

from localazure.access.built_in_roles import BUILT_IN_ROLES, Role
from localazure.access.decisions import ASSIGNMENT_TYPE, DEFINITION_TYPE, covers
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.authorization.ids import SCOPE, check_guid, definition_id, filters, scope_of
from localazure.providers.authorization.permissions import permission_document

_BUILT_IN_SINCE = "2015-02-02T21:55:09.8806423Z"


class RoleDefinitions:
    """Serves role definitions. Each has one id, whatever the scope of the call."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        one, action = SCOPE + DEFINITION_TYPE + "/{roleDefinitionId}", DEFINITION_TYPE
        return [
            Operation(
                operation_id="RoleDefinitions_List",
                method="GET",
                path=SCOPE + DEFINITION_TYPE,
                action=f"{action}/read",
                handler=self._list,
            ),
            Operation(
                operation_id="RoleDefinitions_Get",
                method="GET",
                path=one,
                action=f"{action}/read",
                handler=lambda request: ArmResponse(body=self._found(request.parameters["roleDefinitionId"])),
            ),
            Operation(
                operation_id="RoleDefinitions_CreateOrUpdate",
                method="PUT",
                path=one,
                action=f"{action}/write",
                handler=self._put,
            ),
            Operation(
                operation_id="RoleDefinitions_Delete",
                method="DELETE",
                path=one,
                action=f"{action}/delete",
                handler=self._delete,
            ),
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        wanted = {match["field"]: match["value"] for match in filters(request) if match["field"]}
        entries = [_built_in(role) for role in BUILT_IN_ROLES] + self._custom(scope_of(request))
        return ArmResponse(body={"value": [entry for entry in entries if _has(entry["properties"], wanted)]})

    def _custom(self, scope: str) -> list[dict[str, Any]]:
        return [
            document.body
            for document in self._cloud.store.of_type(DEFINITION_TYPE)
            if any(
                covers(assignable, scope) or covers(scope, assignable)
                for assignable in document.body["properties"]["assignableScopes"]
            )
        ]

    def _found(self, name: str) -> dict[str, Any]:
        for role in BUILT_IN_ROLES:
            if role.name == name.lower():
                return _built_in(role)
        document = self._cloud.store.get(definition_id(name))
        if document is None:
            message = f"The specified role definition with ID '{name}' does not exist."
            raise ArmError(404, "RoleDefinitionDoesNotExist", message)
        return document.body

    def _put(self, request: ArmRequest) -> ArmResponse:
        name = request.parameters["roleDefinitionId"]
        given = dict((request.body or {}).get("properties") or {})
        _check_definition(name, given, self._custom("/"))
        now, author = timestamp(self._cloud.clock.now()), request.principal.object_id
        with self._cloud.store.transaction():
            known = self._cloud.store.get(definition_id(name))
            since = known.body["properties"] if known else {"createdOn": now, "createdBy": author}
            properties = {
                "roleName": given["roleName"],
                "type": "CustomRole",
                "description": given.get("description", ""),
                "assignableScopes": given.get("assignableScopes") or [scope_of(request)],
                "permissions": [_whole(entry) for entry in given.get("permissions") or []],
                "createdOn": since["createdOn"],
                "updatedOn": now,
                "createdBy": since["createdBy"],
                "updatedBy": author,
            }
            body = {"properties": properties, "id": definition_id(name), "type": DEFINITION_TYPE, "name": name}
            self._cloud.store.put(definition_id(name), body)
        return ArmResponse(status=201, body=body)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        name = request.parameters["roleDefinitionId"]
        document = self._cloud.store.get(definition_id(name))
        if document is None:
            return ArmResponse(status=204)
        if any(
            entry.body["properties"]["roleDefinitionId"].lower().endswith(name.lower())
            for entry in self._cloud.store.of_type(ASSIGNMENT_TYPE)
        ):
            message = "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments)."
            raise ArmError(400, "RoleDefinitionHasAssignments", message)
        self._cloud.store.delete(document.id)
        return ArmResponse(body=document.body)


def _has(properties: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(str(properties.get(field, "")).lower() == value.lower() for field, value in wanted.items())


def _check_definition(name: str, given: dict[str, Any], others: list[dict[str, Any]]) -> None:
    check_guid("RoleDefinitionId", "role definition", name)
    if not given.get("roleName"):
        raise ArmError(400, "RoleDefinitionRoleNameNullOrEmpty", "The role name is missing or empty.")
    if any(
        other["properties"]["roleName"].lower() == given["roleName"].lower() and other["name"].lower() != name.lower()
        for other in others
    ):
        message = "A custom role with the same name already exists in this directory. Use a different name."
        raise ArmError(409, "RoleDefinitionWithSameNameExists", message)


def _whole(permission: dict[str, Any]) -> dict[str, Any]:
    return {name: permission.get(name) or [] for name in ("actions", "notActions", "dataActions", "notDataActions")}


def _built_in(role: Role) -> dict[str, Any]:
    properties = {
        "roleName": role.role_name,
        "type": "BuiltInRole",
        "description": role.description,
        "assignableScopes": ["/"],
        "permissions": [permission_document(permission) for permission in role.permissions],
        "createdOn": _BUILT_IN_SINCE,
        "updatedOn": _BUILT_IN_SINCE,
        "createdBy": None,
        "updatedBy": None,
    }
    return {"properties": properties, "id": definition_id(role.name), "type": DEFINITION_TYPE, "name": role.name}
