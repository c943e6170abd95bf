"""Whether an app may keep its package in the container that its site names: Flex Consumption uploads it as the app."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from localazure.cloud import Cloud
from localazure.store import Document

_ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
_WRITE = f"{_ACCOUNT_TYPE}/blobServices/containers/blobs/write"


def may_store(cloud: Cloud, site: Document) -> bool:
    """Whether the site's identity may write blobs there; a site that names no container needs no right."""
    deployment = (site.body["properties"].get("functionAppConfig") or {}).get("deployment") or {}
    storage: dict[str, Any] = deployment.get("storage") or {}
    identity_id = (storage.get("authentication") or {}).get("userAssignedIdentityResourceId")
    if not identity_id:
        return True
    identity = cloud.store.get(str(identity_id))
    principal_id = identity.body["properties"].get("principalId") if identity else None
    account_name, container = urlsplit(str(storage["value"])).path.strip("/").split("/")[-2:]
    accounts = [entry for entry in cloud.store.of_type(_ACCOUNT_TYPE) if entry.id.name == account_name]
    scope = f"{accounts[0].id}/blobServices/default/containers/{container}" if accounts else ""
    return bool(principal_id and accounts) and cloud.decisions.allows(str(principal_id), _WRITE, scope, data=True)
