"""Blobs that the service writes into a staging account."""

from __future__ import annotations

import hashlib
from email.utils import format_datetime

from localazure.cloud import Cloud
from localazure.store import Blob


def put(cloud: Cloud, account: str, container: str, name: str, content: bytes, *, kind: str = "text/plain") -> None:
    """Write a block blob, replacing one of the same name."""
    now = format_datetime(cloud.clock.now(), usegmt=True)
    properties = {
        "content_type": kind,
        "created": now,
        "last_modified": now,
        "etag": f'"0x{hashlib.sha256(now.encode() + content).hexdigest()[:15].upper()}"',
        "metadata": {},
    }
    blob = Blob(account=account, container=container, name=name, properties=properties, content=content)
    cloud.store.put_blob(blob)
