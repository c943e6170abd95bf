"""The operations over storage accounts."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.blobs.accounts import ACCOUNT_TYPE, find_account
from localazure.cloud import Cloud
from localazure.operation_endpoints import result_operation
from localazure.providers.storage.account_document import answered, change, check_name, invalid_name, new_document
from localazure.store import Document

_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_PROVIDER = _SUBSCRIPTION + "/providers/Microsoft.Storage"
_ALL = _SUBSCRIPTION + "/resourceGroups/{resourceGroupName}/providers/" + ACCOUNT_TYPE
_ONE = _ALL + "/{accountName}"


class StorageAccounts:
    """Accounts are made in the background and answer 202 without a body until then (recorded)."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        served: list[tuple[str, str, str, str, Callable[[ArmRequest], ArmResponse]]] = [
            (
                "StorageAccounts_CheckNameAvailability",
                "POST",
                _PROVIDER + "/checkNameAvailability",
                "Microsoft.Storage/checknameavailability/read",
                self._check_name,
            ),
            ("StorageAccounts_List", "GET", f"{_PROVIDER}/storageAccounts", f"{ACCOUNT_TYPE}/read", self._list),
            ("StorageAccounts_ListByResourceGroup", "GET", _ALL, f"{ACCOUNT_TYPE}/read", self._list),
            ("StorageAccounts_Create", "PUT", _ONE, f"{ACCOUNT_TYPE}/write", self._put),
            ("StorageAccounts_GetProperties", "GET", _ONE, f"{ACCOUNT_TYPE}/read", self._get),
            ("StorageAccounts_Update", "PATCH", _ONE, f"{ACCOUNT_TYPE}/write", self._patch),
            ("StorageAccounts_Delete", "DELETE", _ONE, f"{ACCOUNT_TYPE}/delete", self._delete),
            ("StorageAccounts_ListKeys", "POST", _ONE + "/listKeys", f"{ACCOUNT_TYPE}/listKeys/action", self._keys),
            (
                "StorageAccounts_RegenerateKey",
                "POST",
                _ONE + "/regenerateKey",
                f"{ACCOUNT_TYPE}/regeneratekey/action",
                self._regenerate,
            ),
        ]
        table = [
            Operation(operation_id=operation_id, method=method, path=path, action=action, handler=handler)
            for operation_id, method, path, action, handler in served
        ]
        asked = result_operation(
            self._cloud,
            operation_id="StorageAccounts_GetAsyncOperation",
            path=_PROVIDER + "/locations/{location}/asyncoperations/{id}",
        )
        return [*table, asked]

    def _check_name(self, request: ArmRequest) -> ArmResponse:
        name = str((request.body or {}).get("name", ""))
        try:
            check_name(name)
        except ArmError:
            return ArmResponse(
                body={"nameAvailable": False, "reason": "AccountNameInvalid", "message": invalid_name(name)}
            )
        if find_account(self._cloud, name):
            message = f"The storage account named {name} is already taken."
            return ArmResponse(body={"nameAvailable": False, "reason": "AlreadyExists", "message": message})
        return ArmResponse(body={"nameAvailable": True})

    def _list(self, request: ArmRequest) -> ArmResponse:
        scope = ResourceId(request.path[: request.path.lower().index("/providers/")])
        found = self._cloud.store.under(scope, ACCOUNT_TYPE)
        return ArmResponse(body={"value": [answered(self._cloud, entry.body) for entry in found]})

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=answered(self._cloud, self._found(request.resource_id).body))

    def _put(self, request: ArmRequest) -> ArmResponse:
        resource_id, given = request.resource_id, request.body or {}
        check_name(resource_id.name)
        with self._cloud.store.transaction():
            if self._cloud.store.get(resource_id):
                return self._patch(request)
            if find_account(self._cloud, resource_id.name):
                message = f"The account {resource_id.name} is already in another resource group in this subscription."
                raise ArmError(409, "StorageAccountInAnotherResourceGroup", message)
            body = new_document(self._cloud, resource_id, given)
            self._cloud.store.put(resource_id, body, internal={"keys": [_new_key(), _new_key()]})

        def work() -> dict[str, Any] | None:
            self._cloud.store.update(resource_id, lambda made: made["properties"].update(provisioningState="Succeeded"))
            made = self._cloud.store.get(resource_id)
            return answered(self._cloud, made.body) if made else None

        operations = f"/subscriptions/{resource_id.subscription_id}/providers/Microsoft.Storage/locations"
        return self._cloud.long_running.accept(
            request,
            work,
            status=202,
            result_path=f"{operations}/{body['location']}/asyncoperations/{{id}}?monitor=true",
        )

    def _patch(self, request: ArmRequest) -> ArmResponse:
        updated = self._cloud.store.update(request.resource_id, lambda body: change(body, request.body or {}))
        if updated is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=answered(self._cloud, updated.body))

    def _delete(self, request: ArmRequest) -> ArmResponse:
        with self._cloud.store.transaction():
            found = self._cloud.store.get(request.resource_id)
            if found is None:
                return ArmResponse(status=204)
            for blob in self._cloud.store.blobs(found.id.name):
                self._cloud.store.delete_blob(blob.account, blob.container, blob.name)
            for inner in self._cloud.store.under(found.id):
                self._cloud.store.delete(inner.id)
            self._cloud.store.delete(found.id)
        return ArmResponse(status=200)

    def _keys(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=_key_list(self._found(request.target_id)))

    def _regenerate(self, request: ArmRequest) -> ArmResponse:
        wanted = str((request.body or {}).get("keyName", ""))
        if wanted not in {"key1", "key2"}:
            message = "Values for request parameters are invalid: keyName."
            raise ArmError(400, "InvalidValuesForRequestParameters", message)
        found = self._found(request.target_id)
        found.internal["keys"][int(wanted[-1]) - 1] = _new_key()
        return ArmResponse(body=_key_list(self._cloud.store.put(found.id, found.body, internal=found.internal)))

    def _found(self, resource_id: ResourceId) -> Document:
        document = self._cloud.store.get(resource_id)
        if document is None:
            raise resource_not_found(resource_id)
        return document


def _key_list(document: Document) -> dict[str, Any]:
    created = document.body["properties"]["keyCreationTime"]
    return {
        "keys": [
            {"creationTime": created[name], "keyName": name, "value": value, "permissions": "FULL"}
            for name, value in zip(("key1", "key2"), document.internal["keys"], strict=True)
        ]
    }


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()
