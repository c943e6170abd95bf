"""The list of a container's blobs: prefix, delimiter, pages."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from localazure.http.blob_service import leases
from localazure.http.blob_service.exchange import BlobCall, element
from localazure.http.blob_service.numbers import number
from localazure.store import Blob

_MOST = 5000
_OPTIONAL = {"AccessTierInferred", "LeaseDuration"}  # others stand there empty


def blob_listing(
    endpoint: str,
    call: BlobCall,
    blobs: Sequence[Blob],
    snapshots: Mapping[str, Sequence[tuple[str, Blob]]],
    now: datetime,
) -> ET.Element:
    """List Blobs. A page ends at `maxresults`; its NextMarker is the name that the next one begins with."""
    query = call.query
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    most = min(number(query.get("maxresults", str(_MOST)), "maxresults"), _MOST)
    with_metadata = "metadata" in query.get("include", "").split(",")
    entries = [entry for entry in _entries(blobs, prefix, delimiter) if entry[0] >= query.get("marker", "")]
    root = element("EnumerationResults", ServiceEndpoint=endpoint, ContainerName=call.container)
    asked = {"Prefix": prefix, "Marker": query.get("marker"), "MaxResults": query.get("maxresults")}
    for name, text in {**asked, "Delimiter": delimiter}.items():
        if text:
            root.append(element(name, text))
    shown: list[ET.Element] = []
    for name, blob in entries[:most]:
        if blob is None:
            shown.append(element("BlobPrefix", [element("Name", name)]))
            continue
        for moment, snapshot in snapshots.get(name, ()):
            shown.append(_blob(replace(snapshot, name=name), with_metadata=with_metadata, now=now, snapshot=moment))
        shown.append(_blob(blob, with_metadata=with_metadata, now=now))
    root.append(element("Blobs", shown))
    root.append(element("NextMarker", entries[most][0] if len(entries) > most else ""))
    return root


def _entries(blobs: Sequence[Blob], prefix: str, delimiter: str) -> Iterator[tuple[str, Blob | None]]:
    """Blobs and, with a delimiter, the common prefixes in front of it, each once."""
    seen: set[str] = set()
    for blob in blobs:
        rest = blob.name[len(prefix) :]
        if not delimiter or delimiter not in rest:
            yield blob.name, blob
            continue
        common = prefix + rest.split(delimiter, 1)[0] + delimiter
        if common not in seen:
            seen.add(common)
            yield common, None


def _blob(blob: Blob, *, with_metadata: bool, now: datetime, snapshot: str = "") -> ET.Element:
    properties, lease = blob.properties, leases.headers(blob, now)
    fields = {
        "Creation-Time": properties["created"],
        "Last-Modified": properties["last_modified"],
        "Etag": str(properties["etag"]).strip('"'),
        "Content-Length": str(len(blob.content)),
        "Content-Type": properties["content_type"],
        "Content-Encoding": properties.get("content_encoding"),
        "Content-Language": properties.get("content_language"),
        "Content-MD5": properties.get("content_md5"),
        "Cache-Control": properties.get("cache_control"),
        "Content-Disposition": properties.get("content_disposition"),
        "BlobType": properties.get("blob_type", "BlockBlob"),
        "AccessTier": properties.get("access_tier", "Hot"),
        "AccessTierInferred": None if properties.get("access_tier") else "true",
        "LeaseStatus": lease["x-ms-lease-status"],
        "LeaseState": lease["x-ms-lease-state"],
        "LeaseDuration": lease.get("x-ms-lease-duration"),
        "ServerEncrypted": "true",
    }
    inner = [element(name, text) for name, text in fields.items() if text or name not in _OPTIONAL]
    head = [element("Name", blob.name), *([element("Snapshot", snapshot)] if snapshot else [])]
    made = element("Blob", [*head, element("Properties", inner)])
    if with_metadata:
        given = (properties.get("metadata") or {}).items()
        made.append(element("Metadata", [element(name, text) for name, text in given]))
    return made
