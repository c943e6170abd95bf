"""The build log that the service keeps in a template's staging resource group."""

import re
from dataclasses import dataclass
from datetime import datetime

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

    Every run has a folder of its own in the container; `since` keeps the log of an earlier run from being taken. No
    account key is asked for: policies disable keys, and set-up gives a right on blobs in its staging groups.

    Raises:
        ImageGateError: the group, the account or the blobs cannot be read.
    """
    for endpoint in _blob_endpoints(cloud, staging_resource_group):
        container = Container(cloud, f"{endpoint.rstrip('/')}/{CONTAINER}")
        found = _newest(container, message, since, name)
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


def _blob_endpoints(cloud: Cloud, resource_group: str) -> list[str]:
    with told_as(f'looking for the storage account of the resource group "{resource_group}"'):
        group = ResourceId.resource_group_of(cloud.subscription_id, resource_group)
        listed = cloud.send(
            "GET",
            f"{group}/resources",
            api_version=RESOURCES_API_VERSION,
            query={"$filter": "resourceType eq 'Microsoft.Storage/storageAccounts'"},
        )
        ids = [
            str(entry["id"])
            for entry in (listed or {}).get("value") or []
            if str(entry.get("type", "")).lower() == "microsoft.storage/storageaccounts"
        ]
        read = [cloud.send("GET", account, api_version=STORAGE_API_VERSION) or {} for account in ids]
    endpoints = [(body.get("properties") or {}).get("primaryEndpoints") or {} for body in read]
    return [str(found["blob"]) for found in endpoints if found.get("blob")]
