"""Calls on a blob: written whole, in blocks or by appending; read whole or in ranges; described; removed."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import xml.etree.ElementTree as ET
from typing import Any

from localazure.blobs.contents import put_blob
from localazure.cloud import Cloud
from localazure.http.blob_service import access, copies, leases, pages, snapshots
from localazure.http.blob_service.access import Access, Right
from localazure.http.blob_service.conditions import check_read
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, Caller, element, xml
from localazure.http.blob_service.numbers import number
from localazure.http.blob_service.service_calls import Handler
from localazure.http.blob_service.shelf import DESCRIBED, Shelf, described, tags
from localazure.store import Blob

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_TIERS = {name.lower(): name for name in ("Hot", "Cool", "Cold", "Archive")}
_Key = tuple[str, str, str]


class BlobCalls:
    """Serves what stands on a blob. Blocks that were staged and not committed are lost at a restart."""

    def __init__(self, cloud: Cloud, rights: Access) -> None:
        self._cloud = cloud
        self._access = rights
        self._shelf = Shelf(cloud)
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
            ("PUT", "/tier"): (access.WRITE, self._tier),
            ("PUT", "/copy"): (access.WRITE, self._no_copy),
            **snapshots.SnapshotCalls(self._cloud, self._shelf).table(),
            **leases.LeaseCalls(self._cloud, self._shelf).table(),
            **pages.PageCalls(self._cloud, self._shelf).table(),
        }

    # --- writing

    def _put(self, call: BlobCall, caller: Caller) -> BlobAnswer:
        kind = call.headers.get("x-ms-blob-type", "")
        if call.headers.get("x-ms-copy-source"):
            return self._copy(call, caller)
        if kind == "PageBlob":
            return self._written(call, caller, pages.empty(call), blob_type=kind, **pages.numbered(call))
        if kind not in {"BlockBlob", "AppendBlob"}:
            message = "An HTTP header that's mandatory for this request is not specified: x-ms-blob-type."
            raise BlobError(400, "MissingRequiredHeader", message)
        _check_md5(call)
        return self._written(call, caller, call.body, blob_type=kind)

    def _copy(self, call: BlobCall, caller: Caller) -> BlobAnswer:
        """Copied at once: what is asked for as a copy in the background has ended before the answer."""
        source = copies.source(self._cloud, call, caller)
        more = copies.told(self._cloud, call, source)
        if not call.metadata():
            more["metadata"] = source.properties.get("metadata")
        kind = str(source.properties.get("blob_type", "BlockBlob"))
        written = self._written(call, caller, source.content, blob_type=kind, **more)
        if call.headers.get("x-ms-blob-type"):  # Put Blob From URL
            return written
        headers = {"x-ms-copy-id": more["copy"]["id"], "x-ms-copy-status": "success"}
        return BlobAnswer(status=202, headers={**written.headers, **headers})

    def _tier(self, call: BlobCall, _: Caller) -> BlobAnswer:
        blob, tier = self._shelf.found(call), call.headers.get("x-ms-access-tier", "")
        if tier.lower() not in _TIERS:
            raise BlobError(400, "InvalidHeaderValue", f"'{tier}' is no access tier of a block blob.")
        self._shelf.kept(blob, access_tier=_TIERS[tier.lower()])
        return BlobAnswer(status=202 if tier.lower() == "archive" else 200)

    def _no_copy(self, call: BlobCall, _: Caller) -> BlobAnswer:
        self._shelf.found(call)
        raise BlobError(409, "NoPendingCopyOperation", "There is currently no pending copy operation.")

    def _stage(self, call: BlobCall, _: Caller) -> BlobAnswer:
        self._shelf.require_container(call)
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
        committed = _committed_blocks(self._shelf.blob(call))
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
            blob = self._shelf.found(call)
            if blob.properties.get("blob_type") != "AppendBlob":
                raise BlobError(409, "InvalidBlobType", "The blob type is invalid for this operation.")
            self._shelf.check_write(call, blob)
            position = call.headers.get("x-ms-blob-condition-appendpos")
            if position is not None and number(position, "appendpos") != len(blob.content):
                message = "The append position condition specified was not met."
                raise BlobError(412, "AppendPositionConditionNotMet", message)
            count = int(blob.properties.get("appended", 0)) + 1
            made = self._shelf.rewritten(blob, blob.content + call.body, appended=count)
        offset = {"x-ms-blob-append-offset": str(len(blob.content)), "x-ms-blob-committed-block-count": str(count)}
        return BlobAnswer(status=201, headers=tags(made) | offset)

    def _written(self, call: BlobCall, caller: Caller, content: bytes, **more: Any) -> BlobAnswer:  # noqa: ANN401 - JSON
        self._shelf.require_container(call)
        with self._cloud.store.transaction():
            known = self._shelf.blob(call)
            if known is not None and caller.letters is not None and "w" not in caller.letters:
                raise access.permission_mismatch()  # "c" alone makes new blobs only
            self._shelf.check_write(call, known)
            kind = call.headers.get("x-ms-blob-content-type") or (
                call.headers.get("content-type") if call.query.get("comp") is None else None
            )
            given: dict[str, Any] = {"metadata": call.metadata(), **described(call), **more}
            if known is not None and known.properties.get("lease"):
                given["lease"] = known.properties["lease"]
            given["content_type"] = kind or given.get("content_type") or "application/octet-stream"
            made = put_blob(self._cloud, call.account.name, call.container, call.blob, content, **given)
        headers = tags(made) | {"x-ms-request-server-encrypted": "true"}
        return BlobAnswer(status=201, headers=headers | {"Content-MD5": str(made.properties["content_md5"])})

    def _set_metadata(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._shelf.found(call)
            self._shelf.check_write(call, blob)
            made = self._shelf.rewritten(blob, blob.content, metadata=call.metadata())
        return BlobAnswer(headers=tags(made))

    def _set_properties(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._shelf.found(call)
            self._shelf.check_write(call, blob)
            cleared: dict[str, Any] = dict.fromkeys(DESCRIBED)
            kind = call.headers.get("x-ms-blob-content-type") or "application/octet-stream"
            content, numbered = pages.resized(call, blob)
            changes = {"content_type": kind, **cleared, **described(call), **numbered}
            made = self._shelf.rewritten(blob, content, **changes)
        return BlobAnswer(headers=tags(made))

    def _delete(self, call: BlobCall, _: Caller) -> BlobAnswer:
        """A blob with snapshots goes only with them; one snapshot goes by itself."""
        wanted = call.headers.get("x-ms-delete-snapshots", "").lower()
        with self._cloud.store.transaction():
            blob = self._shelf.found(call)
            taken = snapshots.of(self._cloud, call)
            if call.query.get("snapshot"):
                self._cloud.store.delete_blob(blob.account, blob.container, blob.name)
                return BlobAnswer(status=202, headers={"x-ms-delete-type-permanent": "true"})
            if taken and wanted not in {"include", "only"}:
                message = "This operation is not permitted because the blob has snapshots."
                raise BlobError(409, "SnapshotsPresent", message)
            self._shelf.check_write(call, blob, removing=True)
            for snapshot in taken:
                self._cloud.store.delete_blob(snapshot.account, snapshot.container, snapshot.name)
            if wanted != "only":
                self._cloud.store.delete_blob(call.account.name, call.container, call.blob)
        return BlobAnswer(status=202, headers={"x-ms-delete-type-permanent": "true"})

    # --- reading

    def _get(self, call: BlobCall, _: Caller) -> BlobAnswer:
        blob = self._shelf.found(call)
        check_read(call.headers, blob)
        headers = self._shelf.headers(blob)
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
        blob = self._shelf.found(call)
        check_read(call.headers, blob)
        return BlobAnswer(headers=self._shelf.headers(blob), length=len(blob.content))

    def _list_blocks(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._lock:
            staged = dict(self._staged.get(_key(call), {}))
        blob = self._shelf.blob(call)
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
