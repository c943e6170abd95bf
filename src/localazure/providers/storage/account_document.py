"""A storage account's document: what a client gives, what the service adds, and what is read anew at each answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.resource_id import ResourceId
from localazure.blobs.accounts import ACCOUNT_TYPE, account_url
from localazure.clock import timestamp
from localazure.cloud import Cloud

_NAME = re.compile(r"[a-z0-9]{3,24}")
_KINDS = ("Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage")
_GIVEN = (
    "accessTier", "allowBlobPublicAccess", "allowSharedKeyAccess", "allowCrossTenantReplication",
    "defaultToOAuthAuthentication", "isHnsEnabled", "minimumTlsVersion", "networkAcls", "publicNetworkAccess",
    "supportsHttpsTrafficOnly", "encryption",
)  # fmt: skip


def check_name(name: str) -> None:
    """Raise 400 AccountNameInvalid for a name that no account can have."""
    if not _NAME.fullmatch(name):
        raise ArmError(400, "AccountNameInvalid", invalid_name(name))


def invalid_name(name: str) -> str:
    """The service's sentence."""
    return (
        f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in "
        "length and use numbers and lower-case letters only."
    )


def new_document(cloud: Cloud, resource_id: ResourceId, given: Mapping[str, Any]) -> dict[str, Any]:
    """An account that is about to be made. Raises 400 for what cannot be made."""
    missing = [name for name in ("location", "kind", "sku") if not given.get(name)]
    if missing:
        message = f"The request content was invalid: missing {', '.join(missing)}."
        raise ArmError(400, "InvalidRequestContent", message)
    if given["kind"] not in _KINDS:
        message = f"Values for request parameters are invalid: kind. It is one of {', '.join(_KINDS)}."
        raise ArmError(400, "InvalidValuesForRequestParameters", message)
    now, location = timestamp(cloud.clock.now()), normalized(given["location"])
    name = str((given["sku"] or {}).get("name", "Standard_LRS"))
    lasting = {"keyType": "Account", "enabled": True, "lastEnabledTime": now}
    properties = {
        "keyCreationTime": {"key1": now, "key2": now},
        "privateEndpointConnections": [],
        "minimumTlsVersion": "TLS1_2",
        "allowBlobPublicAccess": False,
        "networkAcls": {"bypass": "AzureServices", "virtualNetworkRules": [], "ipRules": [], "defaultAction": "Allow"},
        "supportsHttpsTrafficOnly": True,
        "encryption": {"services": {"file": lasting, "blob": lasting}, "keySource": "Microsoft.Storage"},
        "accessTier": "Hot",
        **_given(given),
        "provisioningState": "Creating",
        "creationTime": now,
        "primaryLocation": location,
        "statusOfPrimary": "available",
    }
    return {
        "sku": {"name": name, "tier": name.split("_", 1)[0]},
        "kind": given["kind"],
        "id": resource_id.text,
        "name": resource_id.name,
        "type": ACCOUNT_TYPE,
        "location": location,
        "tags": given.get("tags") or {},
        **({"identity": given["identity"]} if given.get("identity") else {}),
        "properties": properties,
    }


def change(body: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take over what an update says."""
    body["properties"] |= _given(given)
    if given.get("tags") is not None:
        body["tags"] = given["tags"]
    if given.get("sku"):
        name = str(given["sku"]["name"])
        body["sku"] = {"name": name, "tier": name.split("_", 1)[0]}
    if given.get("identity"):
        body["identity"] = given["identity"]


def answered(cloud: Cloud, body: dict[str, Any]) -> dict[str, Any]:
    """The document with its endpoints, which follow the port that this cloud listens on now."""
    endpoints = {"primaryEndpoints": {"blob": account_url(cloud, body["name"])}}
    ready = body["properties"]["provisioningState"] == "Succeeded"
    return body | {"properties": body["properties"] | (endpoints if ready else {})}


def _given(given: Mapping[str, Any]) -> dict[str, Any]:
    properties = given.get("properties") or {}
    return {name: properties[name] for name in _GIVEN if properties.get(name) is not None}
