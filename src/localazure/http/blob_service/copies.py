"""Copies from a URL of this cloud: read with the link's own signature, or as whoever asks."""

from __future__ import annotations

import uuid
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from localazure.blobs.links import read_link, split_url
from localazure.cloud import Cloud
from localazure.http.blob_service import snapshots
from localazure.http.blob_service.exchange import BlobCall, BlobError, Caller
from localazure.store import Blob

_KEPT = (
    "content_type", "content_encoding", "content_language", "cache_control", "content_disposition", "blocks",
    "sequence_number",
)  # fmt: skip


def source(cloud: Cloud, call: BlobCall, caller: Caller) -> Blob:
    """The blob behind `x-ms-copy-source`. Raises 404 for none, and 403 for one that may not be read."""
    url = call.headers["x-ms-copy-source"]
    place = split_url(cloud, url)
    if place is None:
        message = f"The local cloud copies from its own blobs only, and not from {urlsplit(url).netloc}."
        raise BlobError(501, "NotServedByLocalCloud", message)
    account, container, name = place
    moment = dict(parse_qsl(urlsplit(url).query)).get("snapshot")
    kept = (snapshots.place(container), f"{name}\n{moment}") if moment else (container, name)
    found = cloud.store.get_blob(account, *kept)
    if found is None:
        raise BlobError(404, "CannotVerifyCopySource", "The specified blob does not exist.")
    own = account.lower() == call.account.name.lower() and caller.principal is None and caller.letters is None
    if not own and read_link(cloud, url, principal=caller.principal) is None:
        message = "This request is not authorized to perform this operation: the copy source cannot be read."
        raise BlobError(403, "CannotVerifyCopySource", message)
    return found


def told(cloud: Cloud, call: BlobCall, found: Blob) -> dict[str, Any]:
    """The properties that a copy takes over, and what it says of itself; the URL without its signature."""
    now = format_datetime(cloud.clock.now(), usegmt=True)
    shown = call.headers["x-ms-copy-source"].split("?", 1)[0]
    kept = {name: found.properties[name] for name in _KEPT if found.properties.get(name) is not None}
    return {**kept, "copy": {"id": str(uuid.uuid4()), "source": shown, "completion_time": now}}
