"""Page blobs: of a fixed size, written and cleared in pages of 512 bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from localazure.cloud import Cloud
from localazure.http.blob_service import access
from localazure.http.blob_service.access import Right
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, Caller, element, xml
from localazure.http.blob_service.numbers import number
from localazure.http.blob_service.service_calls import Handler
from localazure.store import Blob

if TYPE_CHECKING:
    from localazure.http.blob_service.shelf import Shelf

PAGE_BYTES = 512
_LARGEST_BYTES = 256 * 1024 * 1024  # contents are kept whole in one row of the store
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


def empty(call: BlobCall) -> bytes:
    """The content of a new page blob: zeros."""
    return bytes(_size(call.headers.get("x-ms-blob-content-length", "")))


def numbered(call: BlobCall) -> dict[str, Any]:
    """The sequence number of a new page blob."""
    return {"sequence_number": number(call.headers.get("x-ms-blob-sequence-number", "0"), "sequence number")}


def resized(call: BlobCall, blob: Blob) -> tuple[bytes, dict[str, Any]]:
    """The content after Set Blob Properties, which may give a page blob another size; and its sequence number."""
    if blob.properties.get("blob_type") != "PageBlob":
        return blob.content, {}
    content = blob.content
    if wanted := call.headers.get("x-ms-blob-content-length"):
        size = _size(wanted)
        content = content[:size] + bytes(max(0, size - len(content)))
    before = int(blob.properties.get("sequence_number", 0))
    given = number(call.headers.get("x-ms-blob-sequence-number", "0"), "sequence number")
    action = call.headers.get("x-ms-sequence-number-action", "").lower()
    after = {"max": max(before, given), "update": given, "increment": before + 1}.get(action, before)
    return content, {"sequence_number": after}


class PageCalls:
    """Put Page and Get Page Ranges."""

    def __init__(self, cloud: Cloud, shelf: Shelf) -> None:
        self._cloud = cloud
        self._shelf = shelf

    def table(self) -> dict[tuple[str, str], tuple[Right, Handler]]:
        """Method and component, to right and handler."""
        return {
            ("PUT", "/page"): (access.WRITE, self._put),
            ("GET", "/pagelist"): (access.READ, self._ranges),
        }

    def _put(self, call: BlobCall, _: Caller) -> BlobAnswer:
        with self._cloud.store.transaction():
            blob = self._found(call)
            self._shelf.check_write(call, blob)
            first, last = _pages(call, len(blob.content))
            wanted = last + 1 - first
            clear = call.headers.get("x-ms-page-write", "").lower() == "clear"
            content = bytes(wanted) if clear else call.body
            if len(content) != wanted:
                message = "The page range specified is invalid: it is not as long as the content."
                raise BlobError(416, "InvalidPageRange", message)
            whole = blob.content[:first] + content + blob.content[last + 1 :]
            made = self._shelf.rewritten(blob, whole)
        sequence = {"x-ms-blob-sequence-number": str(made.properties.get("sequence_number", 0))}
        version = {"ETag": str(made.properties["etag"]), "Last-Modified": str(made.properties["last_modified"])}
        return BlobAnswer(status=201, headers=version | sequence)

    def _ranges(self, call: BlobCall, _: Caller) -> BlobAnswer:
        blob = self._found(call)
        shown = [
            element("PageRange", [element("Start", first), element("End", last)])
            for first, last in _written(blob.content)
        ]
        size = {"x-ms-blob-content-length": str(len(blob.content)), "ETag": str(blob.properties["etag"])}
        return xml(element("PageList", shown), headers=size)

    def _found(self, call: BlobCall) -> Blob:
        blob = self._shelf.found(call)
        if blob.properties.get("blob_type") != "PageBlob":
            raise BlobError(409, "InvalidBlobType", "The blob type is invalid for this operation.")
        return blob


def _written(content: bytes) -> list[tuple[int, int]]:
    """The ranges of pages that are not all zeros."""
    found: list[tuple[int, int]] = []
    for first in range(0, len(content), PAGE_BYTES):
        if not any(content[first : first + PAGE_BYTES]):
            continue
        last = first + PAGE_BYTES - 1
        if found and found[-1][1] == first - 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _pages(call: BlobCall, size: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(call.headers.get("x-ms-range") or call.headers.get("range") or "")
    first, last = (int(match[1]), int(match[2])) if match else (1, 0)
    if first % PAGE_BYTES or (last + 1) % PAGE_BYTES or last < first or last >= size:
        raise BlobError(416, "InvalidPageRange", "The page range specified is invalid.")
    return first, last


def _size(text: str) -> int:
    size = number(text, "x-ms-blob-content-length")
    if size % PAGE_BYTES:
        raise BlobError(400, "InvalidHeaderValue", f"A page blob's size is a multiple of {PAGE_BYTES}.")
    if size > _LARGEST_BYTES:
        message = f"The local cloud keeps page blobs of up to {_LARGEST_BYTES} bytes."
        raise BlobError(501, "NotServedByLocalCloud", message)
    return size
