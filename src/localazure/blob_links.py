"""Signed URLs of single blobs: minted by whoever hands a blob out, checked by the storage data plane.

The query has the names of a service SAS (`sv`, `sr`, `sp`, `se`, `sig`); the signature is this cloud's own, made with a
key of its own, and good for reading one blob until `se`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from localazure.cloud import Cloud

_VERSION = "2022-11-02"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def mint(cloud: Cloud, *, account: str, container: str, name: str, valid_for: timedelta) -> str:
    """A URL under which anyone may read the blob for a while. A secret: not for logs."""
    expires = (cloud.clock.now() + valid_for).astimezone(UTC).strftime(_TIME)
    signature = _signature(cloud, account, container, name, expires)
    query = urlencode({"sv": _VERSION, "sr": "b", "sp": "r", "se": expires, "sig": signature})
    return f"{cloud.blob_endpoint}/{account}/{quote(container)}/{quote(name)}?{query}"


def permits_reading(cloud: Cloud, *, account: str, container: str, name: str, query: Mapping[str, str]) -> bool:
    """Whether a request's query carries a link of `mint` for this blob that has not expired."""
    try:
        expires = datetime.strptime(query.get("se", ""), _TIME).replace(tzinfo=UTC)
    except ValueError:
        return False
    expected = _signature(cloud, account, container, name, query["se"])
    return expires > cloud.clock.now() and hmac.compare_digest(expected, query.get("sig", ""))


def _signature(cloud: Cloud, account: str, container: str, name: str, expires: str) -> str:
    key = cloud.store.setting("blob-link-key", lambda: secrets.token_hex(32))
    text = f"{account.lower()}\n{container}\n{name}\n{expires}"
    return base64.b64encode(hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).digest()).decode()
