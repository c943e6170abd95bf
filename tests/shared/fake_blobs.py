"""A storage account of one dictionary on the wire: conditional writes, reads, lists by prefix."""

from __future__ import annotations

import re
import threading
from xml.sax.saxutils import escape

from fake_wire import Answer, Seen, Wire

_MODIFIED = "Sat, 21 Nov 2026 12:00:00 GMT"


class FakeBlobs:
    """Containers below `https://HOST/`. `refusals`: (method, container) → an answer given instead."""

    def __init__(self, wire: Wire, *containers: str) -> None:
        self.blobs: dict[str, bytes] = {}
        self.refusals: dict[tuple[str, str], Answer] = {}
        self._writes: dict[str, int] = {}
        self._writing = threading.Lock()
        for name in containers:
            wire.on("GET", f"/{name}", self._list)
            for method, answer in (("GET", self._get), ("PUT", self._put)):
                wire.on(method, f"/{name}/.+", answer)

    def _refused(self, seen: Seen) -> Answer | None:
        return self.refusals.get((seen.method, seen.path.split("/")[1]))

    def _etag(self, path: str) -> str:
        return f'"{self._writes[path]}"'

    def _put(self, seen: Seen) -> Answer:
        if refused := self._refused(seen):
            return refused
        wanted = {name.lower(): value for name, value in seen.headers.items()}
        with self._writing:
            there = seen.path in self.blobs
            if wanted.get("if-none-match") == "*" and there:
                return _error(409, "BlobAlreadyExists")
            if "if-match" in wanted and (not there or wanted["if-match"] != self._etag(seen.path)):
                return _error(412, "ConditionNotMet")
            self.write(seen.path, seen.body)
        return Answer(status=201, headers={"ETag": self._etag(seen.path), "Last-Modified": _MODIFIED})

    def write(self, path: str, content: bytes) -> None:
        """A write of somebody else."""
        self.blobs[path] = content
        self._writes[path] = self._writes.get(path, 0) + 1

    def _get(self, seen: Seen) -> Answer:
        if refused := self._refused(seen):
            return refused
        if seen.path not in self.blobs:
            return _error(404, "BlobNotFound")
        content = self.blobs[seen.path]
        wanted = {name.lower(): value for name, value in seen.headers.items()}
        asked = re.fullmatch(r"bytes=0-(\d+)", wanted.get("x-ms-range", wanted.get("range", "bytes=0-99999999")))
        assert asked is not None
        part = content[: int(asked[1]) + 1]
        headers = {
            "Content-Range": f"bytes 0-{len(part) - 1}/{len(content)}",
            "Content-Length": str(len(part)),
            "ETag": self._etag(seen.path),
            "Last-Modified": _MODIFIED,
            "x-ms-blob-type": "BlockBlob",
        }
        return Answer(status=206, body=part, headers=headers)

    def _list(self, seen: Seen) -> Answer:
        if refused := self._refused(seen):
            return refused
        container, prefix = seen.path.strip("/"), seen.query.get("prefix", "")
        names = sorted(path.split("/", 2)[2] for path in self.blobs if path.startswith(f"/{container}/{prefix}"))
        entries = "".join(
            f"<Blob><Name>{escape(name)}</Name><Properties><Last-Modified>{_MODIFIED}</Last-Modified>"
            f"<Content-Length>{len(self.blobs[f'/{container}/{name}'])}</Content-Length>"
            "<BlobType>BlockBlob</BlobType></Properties></Blob>"
            for name in names
        )
        text = f'<?xml version="1.0"?><EnumerationResults><Blobs>{entries}</Blobs><NextMarker/></EnumerationResults>'
        return Answer(body=text, headers={"Content-Type": "application/xml"})


def _error(status: int, code: str) -> Answer:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
    return Answer(status=status, body=text, headers={"Content-Type": "application/xml", "x-ms-error-code": code})
