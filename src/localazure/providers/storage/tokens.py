"""Shared access signatures that the control plane makes: with the account's key, which the caller does not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.blobs.accounts import ACCOUNT_TYPE
from localazure.blobs.signatures import account_text, service_text, sign
from localazure.cloud import Cloud

_ONE = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/" + ACCOUNT_TYPE + "/{accountName}"
_VERSION = "2022-11-02"
_ACCOUNT = {
    "ss": "signedServices", "srt": "signedResourceTypes", "sp": "signedPermission", "st": "signedStart",
    "se": "signedExpiry", "sip": "signedIp", "spr": "signedProtocol",
}  # fmt: skip
_SERVICE = {
    "sr": "signedResource", "sp": "signedPermission", "st": "signedStart", "se": "signedExpiry", "sip": "signedIp",
    "spr": "signedProtocol", "si": "signedIdentifier", "rscc": "rscc", "rscd": "rscd", "rsce": "rsce", "rscl": "rscl",
    "rsct": "rsct",
}  # fmt: skip
_CONTAINER, _BLOB = 3, 4  # how many segments name one: /blob/account/container[/blob]


class SharedAccess:
    """listAccountSas and listServiceSas."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        served = (
            ("ListAccountSAS", "ListAccountSas", self._account),
            ("ListServiceSAS", "ListServiceSas", self._service),
        )
        return [
            Operation(
                operation_id=f"StorageAccounts_{name}",
                method="POST",
                path=f"{_ONE}/{verb}",
                action=f"{ACCOUNT_TYPE}/{verb[0].lower()}{verb[1:]}/action",
                handler=handler,
            )
            for name, verb, handler in served
        ]

    def _account(self, request: ArmRequest) -> ArmResponse:
        given, (name, key) = _required(request, "signedServices", "signedResourceTypes"), self._key(request)
        query = {"sv": _VERSION, **_query(given, _ACCOUNT)}
        query["sig"] = sign(key, account_text(query, name))
        return ArmResponse(body={"accountSasToken": urlencode(query)})

    def _service(self, request: ArmRequest) -> ArmResponse:
        given, (name, key) = _required(request, "canonicalizedResource"), self._key(request)
        parts = str(given["canonicalizedResource"]).strip("/").split("/", _BLOB - 1)
        if parts[0] != "blob" or len(parts) < _CONTAINER or parts[1] != name:
            message = (
                f"Values for request parameters are invalid: canonicalizedResource. It is /blob/{name}/CONTAINER or "
                f"/blob/{name}/CONTAINER/BLOB."
            )
            raise ArmError(400, "InvalidValuesForRequestParameters", message)
        blob = parts[3] if len(parts) == _BLOB else ""
        query = {"sv": _VERSION, "sr": "b" if blob else "c", **_query(given, _SERVICE)}
        query["sig"] = sign(key, service_text(query, name, parts[2], blob))
        return ArmResponse(body={"serviceSasToken": urlencode(query)})

    def _key(self, request: ArmRequest) -> tuple[str, str]:
        """The account's name and the key that signs."""
        found = self._cloud.store.get(request.target_id)
        if found is None:
            raise resource_not_found(request.target_id)
        wanted = str((request.body or {}).get("keyToSign") or "key1")
        return found.id.name, str(found.internal["keys"][1 if wanted == "key2" else 0])


def _required(request: ArmRequest, *names: str) -> dict[str, Any]:
    given = request.body if isinstance(request.body, dict) else {}
    missing = [name for name in names if not given.get(name)]
    if not given.get("signedIdentifier"):
        missing += [name for name in ("signedPermission", "signedExpiry") if not given.get(name)]
    if missing:
        message = f"Values for request parameters are invalid: {', '.join(missing)}."
        raise ArmError(400, "InvalidValuesForRequestParameters", message)
    return dict(given)


def _query(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    return {letter: str(given[name]) for letter, name in names.items() if given.get(name)}
