"""Blobs as the calls find them, write them again, and describe them in headers."""

from __future__ import annotations

from typing import Any

from localazure.blobs.accounts import find_container
from localazure.blobs.contents import put_blob
from localazure.cloud import Cloud
from localazure.http.blob_service import leases, snapshots
from localazure.http.blob_service.conditions import check_write
from localazure.http.blob_service.exchange import BlobCall, BlobError
from localazure.store import Blob

DESCRIBED = {
    "content_encoding": "Content-Encoding",
    "content_language": "Content-Language",
    "cache_control": "Cache-Control",
    "content_disposition": "Content-Disposition",
}


class Shelf:
    """One blob of a call: the blob itself, or the snapshot that the query names."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def blob(self, call: BlobCall) -> Blob | None:
        """The blob, or None."""
        if moment := call.query.get("snapshot"):
            return snapshots.get(self._cloud, call, moment)
        return self._cloud.store.get_blob(call.account.name, call.container, call.blob)

    def found(self, call: BlobCall) -> Blob:
        """The blob, or 404."""
        self.require_container(call)
        blob = self.blob(call)
        if blob is None:
            raise BlobError(404, "BlobNotFound", "The specified blob does not exist.")
        return blob

    def require_container(self, call: BlobCall) -> None:
        """Raise 404 where there is no container."""
        if find_container(self._cloud, call.account, call.container) is None:
            raise BlobError(404, "ContainerNotFound", "The specified container does not exist.")

    def check_write(self, call: BlobCall, blob: Blob | None, *, removing: bool = False) -> None:
        """Raise where a condition or a lease does not let the write pass."""
        check_write({**call.headers, "if-none-match": ""} if removing else call.headers, blob)
        leases.check(call, blob, self._cloud.clock.now())

    def rewritten(self, blob: Blob, content: bytes, **changes: Any) -> Blob:  # noqa: ANN401 - JSON
        """The blob with other content or properties: a new tag, a new time."""
        kept = {
            name: value
            for name, value in blob.properties.items()
            if name not in {"created", "last_modified", "etag", "content_md5"}
        }
        return put_blob(self._cloud, blob.account, blob.container, blob.name, content, **(kept | changes))

    def kept(self, blob: Blob, **changes: Any) -> Blob:  # noqa: ANN401 - JSON
        """The blob with other properties beside it, under the same tag: leases and tiers are no writes."""
        made = Blob(
            account=blob.account,
            container=blob.container,
            name=blob.name,
            properties={**blob.properties, **changes},
            content=blob.content,
        )
        self._cloud.store.put_blob(made)
        return made

    def headers(self, blob: Blob) -> dict[str, str]:
        """What a read tells of a blob beside its content."""
        return _headers(blob) | leases.headers(blob, self._cloud.clock.now())


def described(call: BlobCall) -> dict[str, str]:
    """The `x-ms-blob-*` headers that describe the content."""
    given = {name: call.headers.get(f"x-ms-blob-{header.lower()}") for name, header in DESCRIBED.items()}
    return {name: value for name, value in given.items() if value is not None}


def tags(blob: Blob) -> dict[str, str]:
    """The headers of a version: its tag, its time."""
    return {"ETag": str(blob.properties["etag"]), "Last-Modified": str(blob.properties["last_modified"])}


def _headers(blob: Blob) -> dict[str, str]:
    properties = blob.properties
    headers = tags(blob) | {
        "Content-Type": str(properties["content_type"]),
        "Accept-Ranges": "bytes",
        "x-ms-blob-type": str(properties.get("blob_type", "BlockBlob")),
        "x-ms-creation-time": str(properties["created"]),
        "x-ms-server-encrypted": "true",
    }
    if properties.get("blob_type", "BlockBlob") == "BlockBlob":
        chosen = properties.get("access_tier")
        headers |= {"x-ms-access-tier": str(chosen or "Hot")}
        headers |= {} if chosen else {"x-ms-access-tier-inferred": "true"}
    if properties.get("blob_type") == "PageBlob":
        headers["x-ms-blob-sequence-number"] = str(properties.get("sequence_number", 0))
    if copy := properties.get("copy"):
        size = len(blob.content)
        headers |= {f"x-ms-copy-{name.replace('_', '-')}": str(value) for name, value in copy.items()}
        headers |= {"x-ms-copy-status": "success", "x-ms-copy-progress": f"{size}/{size}"}
    headers |= {header: str(properties[name]) for name, header in DESCRIBED.items() if properties.get(name)}
    if properties.get("content_md5"):
        headers["Content-MD5"] = str(properties["content_md5"])
    return headers | {f"x-ms-meta-{name}": value for name, value in (properties.get("metadata") or {}).items()}
