"""Microsoft.ManagedIdentity: user-assigned identities and their federated credentials."""

from __future__ import annotations

import uuid
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.store import Document

IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
CREDENTIAL_TYPE = IDENTITY_TYPE + "/federatedIdentityCredentials"
_MOST_CREDENTIALS = 20

_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_ALL = _SUBSCRIPTION + "/resourceGroups/{resourceGroupName}/providers/" + IDENTITY_TYPE
_ONE = _ALL + "/{resourceName}"
_CREDENTIALS = _ONE + "/federatedIdentityCredentials"
_CREDENTIAL = _CREDENTIALS + "/{federatedIdentityCredentialResourceName}"


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [*_Identities(cloud).operations(), *_Credentials(cloud).operations(), _LISTED]


_USER_ASSIGNED = "User Assigned Identities"
_FEDERATED = "Federated Identity Credentials"
# Name below the namespace, resource, operation, description (recorded).
_SERVICE_OPERATIONS = (
    (
        "identities/read",
        "System Assigned Identities",
        "Get System Assigned Identity",
        "Gets an existing system assigned identity",
    ),
    (
        "operations/read",
        "Managed Identity operations",
        "List Managed Identity operations",
        "Lists operations available on Microsoft.ManagedIdentity resource provider",
    ),
    (
        "register/action",
        "Managed Identity Resource Provider",
        "Registers the Managed Identity Resource Provider",
        "Registers the subscription for the managed identity resource provider",
    ),
    (
        "userAssignedIdentities/assign/action",
        _USER_ASSIGNED,
        "Assign User Assigned Identity",
        "RBAC action for assigning an existing user assigned identity to a resource",
    ),
    (
        "userAssignedIdentities/delete",
        _USER_ASSIGNED,
        "Delete User Assigned Identity",
        "Deletes an existing user assigned identity",
    ),
    (
        "userAssignedIdentities/federatedIdentityCredentials/read",
        _FEDERATED,
        "Get or list Federated Identity Credentials",
        "Get or list Federated Identity Credentials",
    ),
    (
        "userAssignedIdentities/federatedIdentityCredentials/write",
        _FEDERATED,
        "Add or update Federated Identity Credential",
        "Add or update a Federated Identity Credential",
    ),
    (
        "userAssignedIdentities/federatedIdentityCredentials/delete",
        _FEDERATED,
        "Delete Federated Identity Credential",
        "Delete a Federated Identity Credential",
    ),
    (
        "userAssignedIdentities/listAssociatedResources/action",
        _USER_ASSIGNED,
        "List associated resources for User Assigned Identity",
        "Lists all associated resources for an existing user assigned identity",
    ),
    (
        "userAssignedIdentities/read",
        _USER_ASSIGNED,
        "Get User Assigned Identity",
        "Gets an existing user assigned identity",
    ),
    (
        "userAssignedIdentities/write",
        _USER_ASSIGNED,
        "Create/Update User Assigned Identity",
        "Creates a new user assigned identity or updates the tags associated with an existing user assigned identity",
    ),
)


def _service_operations(_: ArmRequest) -> ArmResponse:
    provider = "Microsoft Managed Identity"
    value = [
        {
            "name": f"Microsoft.ManagedIdentity/{name}",
            "display": {"provider": provider, "resource": kind, "operation": verb, "description": description},
        }
        for name, kind, verb, description in _SERVICE_OPERATIONS
    ]
    return ArmResponse(body={"value": value})


_LISTED = Operation(
    operation_id="ManagedIdentity_Operations_List",
    method="GET",
    path="/providers/Microsoft.ManagedIdentity/operations",
    action="",
    handler=_service_operations,
)


class _Identities:
    """An identity is also a principal of the directory: role assignments name its `principalId`."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        read, write = f"{IDENTITY_TYPE}/read", f"{IDENTITY_TYPE}/write"
        under = _SUBSCRIPTION + "/providers/" + IDENTITY_TYPE
        associated, used = _ONE + "/listAssociatedResources", f"{IDENTITY_TYPE}/listAssociatedResources/action"
        served = [
            ("UserAssignedIdentities_ListAssociatedResources", "POST", associated, used, self._associated),
            ("UserAssignedIdentities_ListBySubscription", "GET", under, read, self._list),
            ("UserAssignedIdentities_ListByResourceGroup", "GET", _ALL, read, self._list),
            ("UserAssignedIdentities_CreateOrUpdate", "PUT", _ONE, write, self._put),
            ("UserAssignedIdentities_Update", "PATCH", _ONE, write, self._patch),
            ("UserAssignedIdentities_Get", "GET", _ONE, read, self._get),
            ("UserAssignedIdentities_Delete", "DELETE", _ONE, f"{IDENTITY_TYPE}/delete", self._delete),
        ]
        return [
            Operation(operation_id=operation_id, method=method, path=path, action=action, handler=handler)
            for operation_id, method, path, action, handler in served
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        return ArmResponse(body={"value": [entry.body for entry in self._cloud.store.under(scope, IDENTITY_TYPE)]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._found(request.resource_id).body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        given = request.body or {}
        if not given.get("location"):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        resource_id = _lowered_group(request.resource_id)
        with self._cloud.store.transaction():
            known = self._cloud.store.get(resource_id)
            properties = known.body["properties"] if known else self._principal(resource_id)
            body = {
                "id": resource_id.text,
                "name": resource_id.name,
                "type": IDENTITY_TYPE,
                "location": normalized(given["location"]),
                "tags": given.get("tags") or {},
                "properties": properties,
            }
            self._cloud.store.put(resource_id, body)
        headers = {} if known else {"Location": resource_id.text}
        return ArmResponse(status=200 if known else 201, body=body, headers=headers)

    def _associated(self, request: ArmRequest) -> ArmResponse:
        """The resources that the identity is assigned to."""
        identity = self._found(request.target_id)
        subscription = f"/subscriptions/{identity.id.subscription_id}"
        found = [
            {
                "id": document.id.text,
                "name": document.id.name,
                "resourceGroup": document.id.resource_group,
                "subscriptionId": document.id.subscription_id,
                "subscriptionDisplayName": "Local subscription",
                "type": document.id.type.lower(),
            }
            for document in self._cloud.store.under(subscription)
            if any(ResourceId(name) == identity.id for name in _assigned(document.body))
        ]
        return ArmResponse(body={"totalCount": len(found), "value": found})

    def _principal(self, resource_id: ResourceId) -> dict[str, str]:
        entry = self._cloud.directory.enroll(
            app_id=str(uuid.uuid4()), name=resource_id.name, kind="ManagedIdentity", resource_id=resource_id.text
        )
        return {"tenantId": self._cloud.tenant_id, "principalId": entry.object_id, "clientId": entry.app_id}

    def _patch(self, request: ArmRequest) -> ArmResponse:
        self._found(request.resource_id)
        tags = (request.body or {}).get("tags")
        updated = self._cloud.store.update(
            request.resource_id, lambda body: body.update(tags=tags) if tags is not None else None
        )
        return ArmResponse(body=updated.body if updated else None)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        document = self._cloud.store.get(request.resource_id)
        if document is None:
            return ArmResponse(status=204)
        for credential in self._cloud.store.under(document.id, CREDENTIAL_TYPE):
            self._cloud.store.delete(credential.id)
        self._cloud.store.delete(document.id)
        self._cloud.directory.remove(document.body["properties"]["clientId"])
        return ArmResponse(status=200)

    def _found(self, resource_id: ResourceId) -> Document:
        document = self._cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document


class _Credentials:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        read, write, delete = (f"{CREDENTIAL_TYPE}/{verb}" for verb in ("read", "write", "delete"))
        served = [
            ("FederatedIdentityCredentials_List", "GET", _CREDENTIALS, read, self._list),
            ("FederatedIdentityCredentials_CreateOrUpdate", "PUT", _CREDENTIAL, write, self._put),
            ("FederatedIdentityCredentials_Get", "GET", _CREDENTIAL, read, self._get),
            ("FederatedIdentityCredentials_Delete", "DELETE", _CREDENTIAL, delete, self._delete),
        ]
        return [
            Operation(operation_id=operation_id, method=method, path=path, action=action, handler=handler)
            for operation_id, method, path, action, handler in served
        ]

    def _list(self, request: ArmRequest) -> ArmResponse:
        identity = self._identity(ResourceId(request.path.rsplit("/", 1)[0]))
        return ArmResponse(body={"value": [entry.body for entry in self._cloud.store.under(identity, CREDENTIAL_TYPE)]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        document = self._cloud.store.get(request.resource_id)
        if document is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=document.body)

    def _put(self, request: ArmRequest) -> ArmResponse:
        identity = self._identity(ResourceId("/".join(request.resource_id.segments[:-2])))
        resource_id = ResourceId(f"{identity}/federatedIdentityCredentials/{request.resource_id.name}")
        properties = _credential((request.body or {}).get("properties") or {})
        body = {"id": resource_id.text, "name": resource_id.name, "type": CREDENTIAL_TYPE, "properties": properties}
        with self._cloud.store.transaction():
            known = self._cloud.store.get(resource_id)
            if not known and len(self._cloud.store.under(identity, CREDENTIAL_TYPE)) >= _MOST_CREDENTIALS:
                message = f"Too many Federated Identity Credentials: at most {_MOST_CREDENTIALS} for an identity."
                raise ArmError(400, "BadRequest", message)
            self._cloud.store.put(resource_id, body)
        headers = {} if known else {"Location": resource_id.text}
        return ArmResponse(status=200 if known else 201, body=body, headers=headers)

    def _delete(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(status=200 if self._cloud.store.delete(request.resource_id) else 204)

    def _identity(self, resource_id: ResourceId) -> ResourceId:
        document = self._cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document.id


def _assigned(body: dict[str, Any]) -> list[str]:
    identity = body.get("identity")
    names = (identity.get("userAssignedIdentities") or {}) if isinstance(identity, dict) else {}
    return [str(name) for name in names]


def _credential(given: dict[str, Any]) -> dict[str, Any]:
    missing = [name for name in ("issuer", "subject", "audiences") if not given.get(name)]
    if missing:
        raise ArmError(400, "BadRequest", f"Federated Identity Credential is missing: {', '.join(missing)}.")
    return {name: given[name] for name in ("issuer", "subject", "audiences")}


def _lowered_group(resource_id: ResourceId) -> ResourceId:
    """This service spells `resourcegroups` in its ids, whatever the caller wrote (recorded)."""
    parts = resource_id.segments
    parts[2] = "resourcegroups"
    return ResourceId("/".join(parts))
