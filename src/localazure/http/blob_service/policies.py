"""A container's access: whether it is open to all, and the stored policies that signatures may name (`si`)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from localazure.blobs.accounts import Account, find_container, put_container
from localazure.cloud import Cloud
from localazure.http.blob_service.exchange import BlobAnswer, BlobCall, BlobError, element, xml
from localazure.store import Document

MOST_POLICIES = 5
_FIELDS = {"Start": "st", "Expiry": "se", "Permission": "sp"}
_PUBLIC = {"": "None", "blob": "Blob", "container": "Container"}


def public_access(call: BlobCall) -> str:
    """What `x-ms-blob-public-access` asks for. Raises 400 for what it cannot be, 409 where the account forbids it."""
    public = _PUBLIC.get(call.headers.get("x-ms-blob-public-access", "").lower())
    if public is None:
        raise BlobError(400, "InvalidHeaderValue", "x-ms-blob-public-access is 'blob' or 'container'.")
    if public != "None" and not call.account.allows_public_access:
        message = "Public access is not permitted on this storage account."
        raise BlobError(409, "PublicAccessNotPermitted", message)
    return public


def write(cloud: Cloud, call: BlobCall, known: Document) -> Document:
    """Set Container ACL: replaces both."""
    policies, public = _parsed(call.body), public_access(call)
    metadata = known.body["properties"].get("metadata")
    with cloud.store.transaction():
        made = put_container(cloud, call.account, call.container, public_access=public, metadata=metadata)
        return cloud.store.put(made.id, made.body, internal={**known.internal, "policies": policies})


def read(known: Document) -> BlobAnswer:
    """Get Container ACL."""
    shown = []
    for name, fields in (known.internal.get("policies") or {}).items():
        inner = [element(tag, fields[field]) for tag, field in _FIELDS.items() if fields.get(field)]
        shown.append(element("SignedIdentifier", [element("Id", name), element("AccessPolicy", inner)]))
    return xml(element("SignedIdentifiers", shown))


def effective(cloud: Cloud, account: Account, container: str, query: Mapping[str, str]) -> dict[str, str]:
    """A signature's times and permissions, with those of the stored policy that it names; an absent one grants none."""
    if not query.get("si"):
        return dict(query)
    document = find_container(cloud, account, container)
    policy = ((document.internal.get("policies") or {}) if document else {}).get(query["si"], {})
    return {**query, **{field: value for field, value in policy.items() if value and not query.get(field)}}


def _parsed(body: bytes) -> dict[str, dict[str, str]]:
    if not body.strip():
        return {}
    try:
        listed = ET.fromstring(body)  # noqa: S314 - expat bounds entity expansion, and the client is local
    except ET.ParseError as error:
        raise BlobError(400, "InvalidXmlDocument", "XML specified is not syntactically valid.") from error
    policies = {}
    for entry in listed:
        fields = {field: entry.findtext(f"AccessPolicy/{tag}") or "" for tag, field in _FIELDS.items()}
        policies[entry.findtext("Id") or ""] = fields
    if len(policies) > MOST_POLICIES:
        raise BlobError(400, "InvalidXmlDocument", f"A container has at most {MOST_POLICIES} stored access policies.")
    return policies
