"""The control plane's view of blob containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.blobs.accounts import (
    ACCOUNT_TYPE,
    CONTAINER_NAME,
    CONTAINER_TYPE,
    Account,
    delete_container,
    find_account,
    find_container,
    put_container,
)
from localazure.cloud import Cloud

_ACCOUNT = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/" + ACCOUNT_TYPE
_SERVICES = _ACCOUNT + "/{accountName}/blobServices"
_ALL = _SERVICES + "/default/containers"
_ONE = _ALL + "/{containerName}"
_SERVICE_TYPE = ACCOUNT_TYPE + "/blobServices"


class Containers:
    """Containers are the same documents for both planes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        served: list[tuple[str, str, str, str, Callable[[ArmRequest], ArmResponse]]] = [
            ("BlobServices_List", "GET", _SERVICES, f"{_SERVICE_TYPE}/read", self._services),
            (
                "BlobServices_GetServiceProperties",
                "GET",
                _SERVICES + "/default",
                f"{_SERVICE_TYPE}/read",
                self._service,
            ),
            (
                "BlobServices_SetServiceProperties",
                "PUT",
                _SERVICES + "/default",
                f"{_SERVICE_TYPE}/write",
                self._set_service,
            ),
            ("BlobContainers_List", "GET", _ALL, f"{CONTAINER_TYPE}/read", self._list),
            ("BlobContainers_Create", "PUT", _ONE, f"{CONTAINER_TYPE}/write", self._put),
            ("BlobContainers_Update", "PATCH", _ONE, f"{CONTAINER_TYPE}/write", self._patch),
            ("BlobContainers_Get", "GET", _ONE, f"{CONTAINER_TYPE}/read", self._get),
            ("BlobContainers_Delete", "DELETE", _ONE, f"{CONTAINER_TYPE}/delete", self._delete),
        ]
        return [
            Operation(
                operation_id=operation_id,
                method=method,
                path=path,
                action=action,
                handler=handler,
                coverage="shape only" if operation_id.startswith("BlobServices_") else "real",
            )
            for operation_id, method, path, action, handler in served
        ]

    def _services(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body={"value": [self._service_document(self._account(request))]})

    def _service(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._service_document(self._account(request)))

    def _set_service(self, request: ArmRequest) -> ArmResponse:
        account = self._account(request)
        properties = (request.body or {}).get("properties") or {}
        self._cloud.store.put(f"{account.id}/blobServices/default", {"properties": properties})
        return ArmResponse(body=self._service_document(account))

    def _service_document(self, account: Account) -> dict[str, Any]:
        service_id = f"{account.id}/blobServices/default"
        known = self._cloud.store.get(service_id)
        given = known.body["properties"] if known else {}
        defaults = {
            "cors": {"corsRules": []},
            "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False},
        }
        document = {"id": service_id, "name": "default", "type": _SERVICE_TYPE}
        return {**document, "properties": defaults | given}

    def _list(self, request: ArmRequest) -> ArmResponse:
        found = self._cloud.store.under(self._account(request).id, CONTAINER_TYPE)
        return ArmResponse(body={"value": [entry.body for entry in found]})

    def _put(self, request: ArmRequest) -> ArmResponse:
        account, name = self._account(request), request.parameters["containerName"]
        check_container_name(name)
        known = find_container(self._cloud, account, name)
        return ArmResponse(status=200 if known else 201, body=self._written(request, account, name))

    def _patch(self, request: ArmRequest) -> ArmResponse:
        account, name = self._account(request), request.parameters["containerName"]
        self._found(request)
        return ArmResponse(body=self._written(request, account, name))

    def _written(self, request: ArmRequest, account: Account, name: str) -> dict[str, Any]:
        properties = (request.body or {}).get("properties") or {}
        public = str(properties.get("publicAccess") or "None")
        if public != "None" and not account.allows_public_access:
            raise ArmError(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")
        metadata = properties.get("metadata")
        return put_container(self._cloud, account, name, public_access=public, metadata=metadata).body

    def _get(self, request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=self._found(request))

    def _delete(self, request: ArmRequest) -> ArmResponse:
        deleted = delete_container(self._cloud, self._account(request), request.parameters["containerName"])
        return ArmResponse(status=200 if deleted else 204)

    def _found(self, request: ArmRequest) -> dict[str, Any]:
        document = find_container(self._cloud, self._account(request), request.parameters["containerName"])
        if document is None:
            raise ArmError(404, "ContainerNotFound", "The specified container does not exist.")
        return document.body

    def _account(self, request: ArmRequest) -> Account:
        account = find_account(self._cloud, request.parameters["accountName"])
        wanted = request.path[: request.path.lower().index("/blobservices")]
        if account is None or account.id.key != wanted.lower():
            raise resource_not_found(wanted)
        return account


def check_container_name(name: str) -> None:
    """Raise 400 for a name that no container can have."""
    if not CONTAINER_NAME.fullmatch(name):
        message = (
            f"Values for request parameters are invalid: containerName '{name}'. Container names have 3 to 63 "
            "lower-case letters, digits and single hyphens, and begin and end with a letter or digit."
        )
        raise ArmError(400, "InvalidValuesForRequestParameters", message)
