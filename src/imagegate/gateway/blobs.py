"""Blobs: local scripts go up by their content, build logs come down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imagegate.errors import ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.pipeline import RequestTrace
from imagegate.gateway.translation import told_as


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A blob's name inside its container, its size and when it changed last."""

    name: str
    size_bytes: int
    modified_at: datetime


class Container:
    """One blob container, reached with the cloud's own credential."""

    def __init__(self, cloud: Cloud, url: str) -> None:
        from azure.storage.blob import ContainerClient

        account_url, _, name = url.rstrip("/").rpartition("/")
        if not account_url.startswith("http") or not name:
            raise ServiceRefused(f'"{url}" is not the address of a blob container.')
        self.url = url.rstrip("/")
        self.client: Any = ContainerClient(
            account_url,
            name,
            credential=cloud.credential,
            transport=cloud.transport,
            per_retry_policies=[RequestTrace()],
            max_single_put_size=64 * 1024 * 1024,
        )

    def upload_once(self, name: str, content: bytes) -> bool:
        """Put a blob there unless it is there already; names are content hashes, so what is there is the same.

        Returns whether it was uploaded.
        """
        with told_as(f"uploading {name} to {self.url}"):
            blob = self.client.get_blob_client(name)
            if blob.exists():
                return False
            blob.upload_blob(content, overwrite=True)
            return True

    def blobs(self, *, name_ends_with: str) -> Iterator[Blob]:
        """The blobs whose names end so."""
        with told_as(f"listing {self.url}"):
            for entry in self.client.list_blobs():
                if entry.name.endswith(name_ends_with):
                    yield Blob(
                        name=entry.name,
                        size_bytes=int(entry.size or 0),
                        modified_at=entry.last_modified or datetime.min.replace(tzinfo=UTC),
                    )

    def download(self, name: str) -> bytes:
        """The whole blob."""
        with told_as(f"downloading {name} from {self.url}"):
            content: bytes = self.client.download_blob(name).readall()
            return content
