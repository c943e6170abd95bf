"""The build log that the service keeps in a template's staging resource group."""

import re
from dataclasses import dataclass
from datetime import datetime

from imagegate.errors import NotAuthorised
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

RESOURCES_API_VERSION = "2021-04-01"
STORAGE_API_VERSION = "2023-05-01"
CONTAINER = "packerlogs"

_BLOB_URL = re.compile(r"https?://[^\s/]+(?:/[^\s/]+)*?/packerlogs/(?P<blob>\S+?\.log)\b")
_BLOB_PATH = re.compile(r"/blobServices/default/containers/packerlogs/(?P<blob>\S+?\.log)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class StagingLog:
    """The text of a log and the blob that it came from."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class _Account:
    id: ResourceId
    blob_endpoint: str


def blob_named_in(message: str) -> str | None:
    """The log's blob, `<folder>/customization.log`, that a failure message names; both of the service's wordings.

    Source: image builder troubleshooting guide; the second wording is of 2024.
    """
    found = _BLOB_PATH.search(message) or _BLOB_URL.search(message)
    return found["blob"].rstrip(".") if found else None


def fetch_log(
    cloud: Cloud, staging_resource_group: str, *, message: str, since: datetime | None, name: str = "customization.log"
) -> StagingLog | None:
    """The run's log: the one that the failure message names, else the newest one; None when there is none.

    Every run has a folder of its own in the container; `since` keeps the log of an earlier run from being taken. A
    principal without a data role is helped by the account's key, if it may have that: the group is the service's, and
    who owns it cannot be given a role on it beforehand.

    Raises:
        ImageGateError: the group, the account or the blobs cannot be read.
    """
    for account in _accounts(cloud, staging_resource_group):
        url = f"{account.blob_endpoint.rstrip('/')}/{CONTAINER}"
        try:
            found = _newest(Container(cloud, url), message, since, name)
        except NotAuthorised as refused:
            key = _key(cloud, account.id, refused)
            found = _newest(Container(cloud, url, account_key=(account.id.name, key)), message, since, name)
        if found is not None:
            return found
    return None


def _newest(container: Container, message: str, since: datetime | None, name: str) -> StagingLog | None:
    found = sorted(container.blobs(name_ends_with=name), key=lambda blob: blob.modified_at)
    named = (blob_named_in(message) or "").rpartition("/")[0] + f"/{name}"
    fitting = [blob for blob in found if blob.name == named] or [
        blob for blob in found if since is None or blob.modified_at >= since.replace(microsecond=0)
    ]
    if not fitting:
        return None
    return StagingLog(name=fitting[-1].name, content=container.download(fitting[-1].name))


def _key(cloud: Cloud, account_id: ResourceId, refused: NotAuthorised) -> str:
    """A key of the account; where that is refused too, the first refusal is the one to tell."""
    try:
        with told_as(f"asking for a key of {account_id.name}"):
            keys = cloud.send("POST", f"{account_id}/listKeys", api_version=STORAGE_API_VERSION)
    except NotAuthorised:
        raise refused from None
    key = str(keys["keys"][0]["value"])
    cloud.on_secret(key)
    return key


def _accounts(cloud: Cloud, resource_group: str) -> list[_Account]:
    with told_as(f'looking for the storage account of the resource group "{resource_group}"'):
        group = f"/subscriptions/{cloud.subscription_id}/resourceGroups/{resource_group}"
        listed = cloud.send(
            "GET",
            f"{group}/resources",
            api_version=RESOURCES_API_VERSION,
            query={"$filter": "resourceType eq 'Microsoft.Storage/storageAccounts'"},
        )
        ids = [
            ResourceId.parse(str(entry["id"]))
            for entry in (listed or {}).get("value") or []
            if str(entry.get("type", "")).lower() == "microsoft.storage/storageaccounts"
        ]
        read = [(account, cloud.send("GET", str(account), api_version=STORAGE_API_VERSION) or {}) for account in ids]
    endpoints = [(account, (body.get("properties") or {}).get("primaryEndpoints") or {}) for account, body in read]
    return [_Account(id=account, blob_endpoint=str(found["blob"])) for account, found in endpoints if found.get("blob")]
