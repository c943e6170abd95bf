"""The build log that the service keeps in a template's staging resource group."""

import re
from dataclasses import dataclass
from datetime import datetime

from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as

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

    Every run has a folder of its own in the container; `since` keeps the log of an earlier run from being taken.

    Raises:
        ImageGateError: the group, the account or the blobs cannot be read.
    """
    for url in _blob_endpoints(cloud, staging_resource_group):
        container = Container(cloud, f"{url.rstrip('/')}/{CONTAINER}")
        found = sorted(container.blobs(name_ends_with=name), key=lambda blob: blob.modified_at)
        named = blob_named_in(message)
        fitting = [blob for blob in found if blob.name == named] or [
            blob for blob in found if since is None or blob.modified_at >= since.replace(microsecond=0)
        ]
        if fitting:
            return StagingLog(name=fitting[-1].name, content=container.download(fitting[-1].name))
    return None


def _blob_endpoints(cloud: Cloud, resource_group: str) -> list[str]:
    with told_as(f'looking for the storage account of the resource group "{resource_group}"'):
        group = f"/subscriptions/{cloud.subscription_id}/resourceGroups/{resource_group}"
        listed = cloud.send(
            "GET",
            f"{group}/resources",
            api_version=RESOURCES_API_VERSION,
            query={"$filter": "resourceType eq 'Microsoft.Storage/storageAccounts'"},
        )
        accounts = [
            cloud.send("GET", str(entry["id"]), api_version=STORAGE_API_VERSION)
            for entry in (listed or {}).get("value") or []
            if str(entry.get("type", "")).lower() == "microsoft.storage/storageaccounts"
        ]
    endpoints = [((account or {}).get("properties") or {}).get("primaryEndpoints") or {} for account in accounts]
    return [str(endpoint["blob"]) for endpoint in endpoints if endpoint.get("blob")]
