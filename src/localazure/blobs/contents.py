"""Reading and writing blobs, whoever asks: rights are the business of those who call."""

from __future__ import annotations

import base64
import hashlib
from email.utils import format_datetime
from typing import Any

from localazure.blobs.accounts import etag
from localazure.cloud import Cloud
from localazure.store import Blob


def put_blob(
    cloud: Cloud,
    account: str,
    container: str,
    name: str,
    content: bytes,
    *,
    content_type: str = "application/octet-stream",
    metadata: dict[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - further properties, as JSON
) -> Blob:
    """Write a blob, replacing one of the same name; it keeps the time of its creation."""
    now = cloud.clock.now()
    moment = format_datetime(now, usegmt=True)
    with cloud.store.transaction():
        known = cloud.store.get_blob(account, container, name)
        properties: dict[str, Any] = {
            "content_type": content_type,
            "created": known.properties.get("created", moment) if known else moment,
            "last_modified": moment,
            "etag": etag(now, content),
            "content_md5": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
            "metadata": metadata or {},
            "blob_type": "BlockBlob",
            **more,
        }
        blob = Blob(account=account, container=container, name=name, properties=properties, content=content)
        cloud.store.put_blob(blob)
    return blob


def get_blob(cloud: Cloud, account: str, container: str, name: str) -> Blob | None:
    """A blob, or None."""
    return cloud.store.get_blob(account, container, name)


def delete_blob(cloud: Cloud, account: str, container: str, name: str) -> bool:
    """Remove a blob; True when it was there."""
    return cloud.store.delete_blob(account, container, name)
