"""Calls on a blob: written whole, in blocks or by appending; read whole or in ranges; described; removed."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import xml.etree.ElementTree as ET
from typing import Any

from localazure.blobs.accounts import find_container
from localazure.blobs.contents import put_blob
from localazure.cloud import Cloud
from localazure.http.blob_service import access
from localazure.http.blob_service.access import Access, Right
from localazure.http.blob_service.conditions import check_read, check_write
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, Caller, element, xml
from localazure.http.blob_service.numbers import number
from localazure.http.blob_service.service_calls import Handler
from localazure.store import Blob

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_DESCRIBED = {
    "content_encoding": "Content-Encoding",
    "content_language": "Content-Language",
    "cache_control": "Cache-Control",
    "content_disposition": "Content-Disposition",
}
_Key = tuple[str, str, str]


class BlobCalls:
    """Serves what stands on a blob. Blocks that were staged and not committed are lost at a restart."""

    def __init__(self, cloud: Cloud, rights: Access) -> None:
        self._cloud = cloud
        self._access = rights
        self._lock = threading.Lock()
        self._staged: dict[_Key, dict[str, bytes]] = {}

    def table(self) -> dict[tuple[str, str], tuple[Right, Handler]]:
        """Method and component, to right and handler."""
        return {
            ("PUT", "/"): (access.WRITE, self._put),
            ("PUT", "/block"): (access.WRITE, self._stage),
            ("PUT", "/blocklist"): (access.WRITE, self._commit),
            ("GET", "/blocklist"): (access.READ, self._list_blocks),
            ("PUT", "/appendblock"): (access.APPEND, self._append),
            ("PUT", "/metadata"): (access.WRITE, self._set_metadata),
            ("PUT", "/properties"): (access.WRITE, self._set_properties),
            ("GET", "/"): (access.READ, self._get),
            ("HEAD", "/"): (access.READ, self._head),
            ("GET", "/metadata"): (access.READ, self._head),
            ("HEAD", "/metadata"): (access.READ, self._head),
            ("DELETE", "/"): (access.DELETE, self._delete),
        }

    # --- writing

    def _put(self, call: BlobCall, caller: Caller) -> BlobAnswer:
        kind = call.headers.get("x-ms-blob-type", "")
        if call.headers.get("x-ms-copy-source") or kind == "PageBlob":
            what = "copying from a URL" if call.headers.get("x-ms-copy-source") else "page blobs"
            raise BlobError(501, "NotServedByLocalCloud", f"The local cloud does not serve {what}.")
        if kind not in {"BlockBlob", "AppendBlob"}:
            message = "An HTTP header that's mandatory for this request is not specified: x-ms-blob-type."
            raise BlobError(400, "MissingRequiredHeader", message)
        _check_md5(call)
        return self._written(call, caller, call.body, blob_type=kind)

    def _stage(self, call: BlobCall, _: Caller) -> BlobAnswer:
        self._require_container(call)
        _check_md5(call)
        block = call.query.get("blockid", "")
        if not block:
            raise BlobError(400, "MissingRequiredQueryParameter", "blockid is missing.")
        with self._lock:
            self._staged.setdefault(_key(call), {})[block] = call.body
        return BlobAnswer(status=201, headers={"x-ms-request-server-encrypted": "true"})

    def _commit(self, call: BlobCall, caller: Caller) -> BlobAnswer:
        try:
            listed = ET.fromstring(call.body)  # noqa: S314 - expat bounds entity expansion, and the client is local
        except ET.ParseError as error:
            raise BlobError(400, "InvalidXmlDocument", "XML specified is not syntactically valid.") from error
        with self._lock:
            staged = dict(self._staged.get(_key(call), {}))
        committed = _committed_blocks(self._blob(call))
        chosen: list[tuple[str, bytes]] = []
        for entry in listed:
            sources = {"Committed": (committed,), "Uncommitted": (staged,), "Latest": (staged, committed)}
            name = entry.text or ""
            found = next((blocks[name] for blocks in sources.get(entry.tag, ()) if name in blocks), None)
            if found is None:
                raise BlobError(400, "InvalidBlockList", "The specified block list is invalid.")
            chosen.append((name, found))
        content = b"".join(block for _, block in chosen)
        blocks = [[name, len(block)] for name, block in chosen]
        answer = self._written(call, caller, content, blob_type="BlockBlob", blocks=blocks)
        with self._lock:
            self._staged.pop(_key(call), None)
        return answer

    def _append(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._found(call)
            if blob.properties.get("blob_type") != "AppendBlob":
                raise BlobError(409, "InvalidBlobType", "The blob type is invalid for this operation.")
            check_write(call.headers, blob)
            position = call.headers.get("x-ms-blob-condition-appendpos")
            if position is not None and number(position, "appendpos") != len(blob.content):
                message = "The append position condition specified was not met."
                raise BlobError(412, "AppendPositionConditionNotMet", message)
            count = int(blob.properties.get("appended", 0)) + 1
            made = self._rewritten(blob, blob.content + call.body, appended=count)
        offset = {"x-ms-blob-append-offset": str(len(blob.content)), "x-ms-blob-committed-block-count": str(count)}
        return BlobAnswer(status=201, headers=_tags(made) | offset)

    def _written(self, call: BlobCall, caller: Caller, content: bytes, **more: Any) -> BlobAnswer:  # noqa: ANN401 - JSON
        self._require_container(call)
        with self._cloud.store.transaction():
            known = self._blob(call)
            if known is not None and caller.letters is not None and "w" not in caller.letters:
                raise access.permission_mismatch()  # "c" alone makes new blobs only
            check_write(call.headers, known)
            kind = call.headers.get("x-ms-blob-content-type") or (
                call.headers.get("content-type") if call.query.get("comp") is None else None
            )
            made = put_blob(
                self._cloud,
                call.account.name,
                call.container,
                call.blob,
                content,
                content_type=kind or "application/octet-stream",
                metadata=call.metadata(),
                **_described(call),
                **more,
            )
        headers = _tags(made) | {"x-ms-request-server-encrypted": "true"}
        return BlobAnswer(status=201, headers=headers | {"Content-MD5": str(made.properties["content_md5"])})

    def _set_metadata(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._found(call)
            check_write(call.headers, blob)
            made = self._rewritten(blob, blob.content, metadata=call.metadata())
        return BlobAnswer(headers=_tags(made))

    def _set_properties(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._found(call)
            check_write(call.headers, blob)
            cleared: dict[str, Any] = dict.fromkeys(_DESCRIBED)
            kind = call.headers.get("x-ms-blob-content-type") or "application/octet-stream"
            made = self._rewritten(blob, blob.content, content_type=kind, **(cleared | _described(call)))
        return BlobAnswer(headers=_tags(made))

    def _rewritten(self, blob: Blob, content: bytes, **changes: Any) -> Blob:  # noqa: ANN401 - JSON
        kept = {
            name: value
            for name, value in blob.properties.items()
            if name not in {"created", "last_modified", "etag", "content_md5"}
        }
        return put_blob(self._cloud, blob.account, blob.container, blob.name, content, **(kept | changes))

    def _delete(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            check_write({**call.headers, "if-none-match": ""}, self._found(call))
            self._cloud.store.delete_blob(call.account.name, call.container, call.blob)
        return BlobAnswer(status=202, headers={"x-ms-delete-type-permanent": "true"})

    # --- reading

    def _get(self, call: BlobCall, _: Caller) -> BlobAnswer:
        blob = self._found(call)
        check_read(call.headers, blob)
        headers = _headers(blob)
        asked = call.headers.get("x-ms-range") or call.headers.get("range")
        match = _RANGE.fullmatch(asked) if asked else None
        if match is None:
            return BlobAnswer(content=blob.content, headers=headers)
        first, size = int(match[1]), len(blob.content)
        last = min(int(match[2] or size), size - 1)
        if first >= size or last < first:
            raise BlobError(
                416,
                "InvalidRange",
                "The range specified is invalid for the current size of the resource.",
                headers={"Content-Range": f"bytes */{size}"},
            )
        whole = headers.pop("Content-MD5", None)
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        if whole:
            headers["x-ms-blob-content-md5"] = whole
        return BlobAnswer(status=206, content=blob.content[first : last + 1], headers=headers)

    def _head(self, call: BlobCall, _: Caller) -> BlobAnswer:
        blob = self._found(call)
        check_read(call.headers, blob)
        return BlobAnswer(headers=_headers(blob), length=len(blob.content))

    def _list_blocks(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._lock:
            staged = dict(self._staged.get(_key(call), {}))
        blob = self._blob(call)
        if blob is None and not staged:
            raise BlobError(404, "BlobNotFound", "The specified blob does not exist.")
        wanted = call.query.get("blocklisttype", "committed").lower()
        root = element("BlockList")
        for name, blocks in (("Committed", _committed_blocks(blob)), ("Uncommitted", staged)):
            if wanted in {"all", name.lower()}:
                shown = [
                    element("Block", [element("Name", block), element("Size", len(content))])
                    for block, content in blocks.items()
                ]
                root.append(element(f"{name}Blocks", shown))
        return xml(root)

    def _blob(self, call: BlobCall) -> Blob | None:
        return self._cloud.store.get_blob(call.account.name, call.container, call.blob)

    def _found(self, call: BlobCall) -> Blob:
        self._require_container(call)
        blob = self._blob(call)
        if blob is None:
            raise BlobError(404, "BlobNotFound", "The specified blob does not exist.")
        return blob

    def _require_container(self, call: BlobCall) -> None:
        if find_container(self._cloud, call.account, call.container) is None:
            raise BlobError(404, "ContainerNotFound", "The specified container does not exist.")


def _key(call: BlobCall) -> _Key:
    return (call.account.name, call.container, call.blob)


def _committed_blocks(blob: Blob | None) -> dict[str, bytes]:
    blocks: dict[str, bytes] = {}
    place = 0
    for name, size in blob.properties.get("blocks") or () if blob else ():
        blocks[str(name)] = blob.content[place : place + size] if blob else b""
        place += size
    return blocks


def _check_md5(call: BlobCall) -> None:
    given = call.headers.get("content-md5")
    actual = base64.b64encode(hashlib.md5(call.body, usedforsecurity=False).digest()).decode()
    if given is not None and given != actual:
        message = "The MD5 value specified in the request did not match with the MD5 value calculated by the server."
        raise BlobError(400, "Md5Mismatch", message)


def _described(call: BlobCall) -> dict[str, str]:
    given = {name: call.headers.get(f"x-ms-blob-{header.lower()}") for name, header in _DESCRIBED.items()}
    return {name: value for name, value in given.items() if value is not None}


def _tags(blob: Blob) -> dict[str, str]:
    return {"ETag": str(blob.properties["etag"]), "Last-Modified": str(blob.properties["last_modified"])}


def _headers(blob: Blob) -> dict[str, str]:
    properties = blob.properties
    headers = _tags(blob) | {
        "Content-Type": str(properties["content_type"]),
        "Accept-Ranges": "bytes",
        "x-ms-blob-type": str(properties.get("blob_type", "BlockBlob")),
        "x-ms-creation-time": str(properties["created"]),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-server-encrypted": "true",
        "x-ms-access-tier": "Hot",
        "x-ms-access-tier-inferred": "true",
    }
    headers |= {header: str(properties[name]) for name, header in _DESCRIBED.items() if properties.get(name)}
    if properties.get("content_md5"):
        headers["Content-MD5"] = str(properties["content_md5"])
    return headers | {f"x-ms-meta-{name}": value for name, value in (properties.get("metadata") or {}).items()}
