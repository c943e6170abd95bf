"""Role assignments: who has which role, from which scope downwards."""

from __future__ import annotations

import re
import uuid
from typing import Any

from localazure.access.built_in_roles import BUILT_IN_ROLES
from localazure.access.decisions import ASSIGNMENT_TYPE, covers
from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.providers.authorization.ids import SCOPE, check_guid, definition_id, filters, scope_of


class RoleAssignments:
    """Serves role assignments at any scope."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        one, action = SCOPE + ASSIGNMENT_TYPE + "/{roleAssignmentName}", ASSIGNMENT_TYPE
        return [
            Operation(
                operation_id="RoleAssignments_ListForScope",
                method="GET",
                path=SCOPE + ASSIGNMENT_TYPE,
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
        asked = filters(request)
        only_here = any((match["function"] or "").lower() == "atscope" for match in asked)
        principals = {match["value"].lower() for match in asked if match["field"]}
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
        if isinstance(given.get("principalId"), str):
            given["principalId"] = _guid(given["principalId"])
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
        # The answer to a write does not name who made it; a read does (recorded).
        answer = body | {"properties": {**properties, "createdBy": None}}
        return ArmResponse(status=200 if known else 201, body=answer)

    def _check(self, request: ArmRequest, given: dict[str, Any]) -> None:
        for field in ("roleDefinitionId", "principalId"):
            if not given.get(field):
                message = f"The request was incorrectly formatted: 'properties.{field}' is missing."
                raise ArmError(400, "InvalidRequestContent", message)
        check_guid("RoleAssignmentName", "role assignment", request.parameters["roleAssignmentName"])
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


def _guid(text: str) -> str:
    """A GUID with its hyphens: clients may leave them out (recorded)."""
    return str(uuid.UUID(text)) if re.fullmatch(r"[0-9a-fA-F]{32}", text) else text


def _in_scope(assigned: str, scope: str, *, only_here: bool) -> bool:
    return covers(assigned, scope) or (not only_here and covers(scope, assigned))


def _tail(value: str) -> str:
    """Role definition ids differ in the scope that they are spelled with; the guid decides."""
    lowered = value.lower().strip("/")
    return lowered.rsplit("/", 1)[-1] if "/roledefinitions/" in lowered else lowered
