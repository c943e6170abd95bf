"""Storage accounts and containers as the blob service sees them: by name, for names are unique in the whole cloud."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.store import Document

ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
CONTAINER_TYPE = ACCOUNT_TYPE + "/blobServices/containers"
CONTAINER_NAME = re.compile(r"\$root|\$logs|\$web|[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A storage account: what decides who may read it."""

    id: ResourceId
    name: str
    keys: tuple[str, ...]
    allows_public_access: bool
    allows_shared_key: bool

    def container_id(self, container: str) -> ResourceId:
        """A container's ARM id, which is also the scope of role assignments."""
        return ResourceId(f"{self.id}/blobServices/default/containers/{container}")


def find_account(cloud: Cloud, name: str) -> Account | None:
    """The account of that name, or None."""
    for document in cloud.store.of_type(ACCOUNT_TYPE):
        if document.id.name.lower() == name.lower():
            return _account(document)
    return None


def account_url(cloud: Cloud, account: str) -> str:
    """Where an account's blobs are, with a trailing slash, as in `primaryEndpoints`."""
    return f"{cloud.blob_endpoint}/{account}/"


def find_container(cloud: Cloud, account: Account, container: str) -> Document | None:
    """A container's document, or None."""
    return cloud.store.get(account.container_id(container))


def put_container(
    cloud: Cloud,
    account: Account,
    container: str,
    *,
    public_access: str = "None",
    metadata: dict[str, str] | None = None,
) -> Document:
    """Write a container, replacing its settings when it is there."""
    now, container_id = cloud.clock.now(), account.container_id(container)
    properties: dict[str, Any] = {
        "deleted": False,
        "remainingRetentionDays": 0,
        "defaultEncryptionScope": "$account-encryption-key",
        "denyEncryptionScopeOverride": False,
        "publicAccess": public_access,
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "lastModifiedTime": timestamp(now),
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
    }
    if metadata:
        properties["metadata"] = metadata
    body = {
        "id": container_id.text,
        "name": container,
        "type": CONTAINER_TYPE,
        "etag": etag(now, container.encode()),
        "properties": properties,
    }
    return cloud.store.put(container_id, body)


def delete_container(cloud: Cloud, account: Account, container: str) -> bool:
    """Remove a container with its blobs; True when it was there."""
    with cloud.store.transaction():
        for blob in cloud.store.blobs(account.name, container):
            cloud.store.delete_blob(account.name, container, blob.name)
        return cloud.store.delete(account.container_id(container))


def etag(moment: datetime, content: bytes) -> str:
    """An entity tag as the storage service writes them: quoted, hexadecimal."""
    digest = hashlib.sha256(f"{moment.timestamp():.6f}".encode() + content).hexdigest()
    return f'"0x{digest[:15].upper()}"'


def _account(document: Document) -> Account:
    properties = document.body["properties"]
    return Account(
        id=document.id,
        name=document.id.name,
        keys=tuple(document.internal.get("keys", ())),
        allows_public_access=bool(properties.get("allowBlobPublicAccess", False)),
        allows_shared_key=properties.get("allowSharedKeyAccess") is not False,
    )
