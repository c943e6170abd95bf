"""Microsoft.Authorization: role definitions and role assignments, at any scope."""

from __future__ import annotations

import re
import uuid
from typing import Any

from localazure.access.built_in_roles import BUILT_IN_ROLES, Role
from localazure.access.decisions import ASSIGNMENT_TYPE, DEFINITION_TYPE, covers
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.clock import timestamp
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud

_SCOPE = "/{+scope}/providers/"
_BUILT_IN_SINCE = "2015-02-02T21:55:09.8806423Z"
_FILTER = re.compile(r"(?P<function>\w+)\(\)|(?P<field>\w+)(?:\(|\s+eq\s+)'(?P<value>[^']*)'\)?", re.IGNORECASE)


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [*_Definitions(cloud).operations(), *_Assignments(cloud).operations()]


class _Definitions:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        one, action = _SCOPE + DEFINITION_TYPE + "/{roleDefinitionId}", DEFINITION_TYPE
        return [
            Operation(
                operation_id="RoleDefinitions_List",
                method="GET",
                path=_SCOPE + DEFINITION_TYPE,
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
        wanted = {match["field"]: match["value"] for match in _filters(request) if match["field"]}
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


class _Assignments:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        one, action = _SCOPE + ASSIGNMENT_TYPE + "/{roleAssignmentName}", ASSIGNMENT_TYPE
        return [
            Operation(
                operation_id="RoleAssignments_ListForScope",
                method="GET",
                path=_SCOPE + ASSIGNMENT_TYPE,
                action=f"{action}/read",
                handler=self._list,
            ),
            Operation(
                operation_id="RoleAssignments_Get", method="GET", path=one, action=f"{action}/read", handler=self._get
            ),
            Operation(
                operation_id="RoleAssignments_Create",
                method="PUT",
                path=one,
                action=f"{action}/write",
                handler=self._put,
            ),
            Operation(
                operation_id="RoleAssignments_Delete",
                method="DELETE",
                path=one,
                action=f"{action}/delete",
                handler=self._delete,
            ),
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        scope = scope_of(request)
        filters = _filters(request)
        only_here = any((match["function"] or "").lower() == "atscope" for match in filters)
        principals = {match["value"].lower() for match in filters if (match["field"] or "").lower() != ""}
        value = [
            document.body
            for document in self._cloud.store.of_type(ASSIGNMENT_TYPE)
            if _in_scope(document.body["properties"]["scope"], scope, only_here=only_here)
            and (not principals or document.body["properties"]["principalId"].lower() in principals)
        ]
        return ArmResponse(body={"value": value})

    def _get(self, request: ArmRequest) -> ArmResponse:
        document = self._cloud.store.get(request.resource_id)
        if document is None:
            name = request.parameters["roleAssignmentName"]
            raise ArmError(404, "RoleAssignmentNotFound", f"The role assignment '{name}' is not found.")
        return ArmResponse(body=document.body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        given = dict((request.body or {}).get("properties") or {})
        scope = scope_of(request)
        self._check(request, given)
        now, author = timestamp(self._cloud.clock.now()), request.principal.object_id
        principal = self._cloud.directory.by_object_id(given["principalId"])
        properties = {
            "roleDefinitionId": definition_id(str(given["roleDefinitionId"]).rsplit("/", 1)[-1]),
            "principalId": given["principalId"],
            "principalType": given.get("principalType") or ("ServicePrincipal" if principal else "User"),
            "scope": scope,
            "condition": given.get("condition"),
            "conditionVersion": given.get("conditionVersion"),
            "createdOn": now,
            "updatedOn": now,
            "createdBy": author,
            "updatedBy": author,
            "delegatedManagedIdentityResourceId": None,
            "description": given.get("description"),
        }
        name = request.parameters["roleAssignmentName"]
        body = {"properties": properties, "id": f"{scope}/providers/{ASSIGNMENT_TYPE}/{name}"}
        body |= {"type": ASSIGNMENT_TYPE, "name": name}
        with self._cloud.store.transaction():
            known = self._cloud.store.get(request.resource_id)
            self._check_twin(properties, name, known.body["properties"] if known else None)
            self._cloud.store.put(request.resource_id, body)
        return ArmResponse(status=200 if known else 201, body=body)

    def _check(self, request: ArmRequest, given: dict[str, Any]) -> None:
        for field in ("roleDefinitionId", "principalId"):
            if not given.get(field):
                message = f"The request was incorrectly formatted: 'properties.{field}' is missing."
                raise ArmError(400, "InvalidRequestContent", message)
        _check_guid("RoleAssignmentName", "role assignment", request.parameters["roleAssignmentName"])
        name = str(given["roleDefinitionId"]).rsplit("/", 1)[-1]
        built_in = name.lower() in {role.name for role in BUILT_IN_ROLES}
        if not built_in and self._cloud.store.get(definition_id(name)) is None:
            message = f"The specified role definition with ID '{name.replace('-', '')}' does not exist."
            raise ArmError(400, "RoleDefinitionDoesNotExist", message)
        # With a principal type, Azure takes a principal on trust: it may not have been replicated yet.
        if not given.get("principalType") and not self._cloud.directory.by_object_id(given["principalId"]):
            message = (
                f"Principal {given['principalId'].replace('-', '')} does not exist in the directory "
                f"{self._cloud.tenant_id}."
            )
            raise ArmError(400, "PrincipalNotFound", message)

    def _check_twin(self, properties: dict[str, Any], name: str, known: dict[str, Any] | None) -> None:
        same = ("roleDefinitionId", "principalId", "scope")
        if known and any(_tail(known[field]) != _tail(properties[field]) for field in same):
            message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
            raise ArmError(400, "RoleAssignmentUpdateNotPermitted", message)
        for document in self._cloud.store.of_type(ASSIGNMENT_TYPE):
            if document.id.name.lower() != name.lower() and all(
                _tail(document.body["properties"][field]) == _tail(properties[field]) for field in same
            ):
                twin = document.id.name.replace("-", "")
                message = f"The role assignment already exists. The ID of the existing role assignment is {twin}."
                raise ArmError(409, "RoleAssignmentExists", message)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        document = self._cloud.store.get(request.resource_id)
        if document is None:
            return ArmResponse(status=204)
        self._cloud.store.delete(document.id)
        return ArmResponse(body=document.body)


def definition_id(name: str) -> str:
    """Role definitions have one id each, whatever the scope of the call."""
    return f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}/providers/{DEFINITION_TYPE}/{name}"


def scope_of(request: ArmRequest) -> str:
    """The scope, spelled as in the call."""
    return "/" + request.parameters["scope"].strip("/")


def _filters(request: ArmRequest) -> list[re.Match[str]]:
    return list(_FILTER.finditer(request.query.get("$filter", "")))


def _has(properties: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(str(properties.get(field, "")).lower() == value.lower() for field, value in wanted.items())


def _in_scope(assigned: str, scope: str, *, only_here: bool) -> bool:
    return covers(assigned, scope) or (not only_here and covers(scope, assigned))


def _tail(value: str) -> str:
    """Role definition ids differ in the scope that they are spelled with; the guid decides."""
    lowered = value.lower().strip("/")
    return lowered.rsplit("/", 1)[-1] if "/roledefinitions/" in lowered else lowered


def _check_guid(code: str, what: str, name: str) -> None:
    try:
        uuid.UUID(name)
    except ValueError as error:
        message = f"The {what} ID '{name}' is not valid. The {what} ID must be a GUID."
        raise ArmError(400, f"Invalid{code}", message) from error


def _check_definition(name: str, given: dict[str, Any], others: list[dict[str, Any]]) -> None:
    _check_guid("RoleDefinitionId", "role definition", name)
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
        "permissions": [
            {
                "actions": list(permission.actions),
                "notActions": list(permission.not_actions),
                "dataActions": list(permission.data_actions),
                "notDataActions": list(permission.not_data_actions),
            }
            for permission in role.permissions
        ],
        "createdOn": _BUILT_IN_SINCE,
        "updatedOn": _BUILT_IN_SINCE,
        "createdBy": None,
        "updatedBy": None,
    }
    return {"properties": properties, "id": definition_id(role.name), "type": DEFINITION_TYPE, "name": role.name}
