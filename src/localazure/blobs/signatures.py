"""Signatures with an account's key: Shared Key headers, and shared access signatures in query strings.

learn.microsoft.com, "Authorize with Shared Key", "Create a service SAS", "Create an account SAS", "Create a user
delegation SAS".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import unquote

_STANDARD_HEADERS = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip
_OVERRIDES = ("rscc", "rscd", "rsce", "rscl", "rsct")
_KEY_FIELDS = ("skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid")


def sign(key: str, text: str) -> str:
    """HMAC-SHA256 under an account key, in base64."""
    return base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()).decode()


def matches(key: str, text: str, signature: str) -> bool:
    """Whether a signature is the text's, compared in constant time."""
    return hmac.compare_digest(sign(key, text), signature)


def shared_key_text(
    method: str, raw_path: str, query: Mapping[str, str], headers: Mapping[str, str], account: str
) -> str:
    """What the Authorization header `SharedKey account:signature` signs. `raw_path` is as it was sent."""
    standard = [headers.get(name, "") for name in _STANDARD_HEADERS]
    if standard[2] == "0":
        standard[2] = ""
    special = sorted((name, value) for name, value in headers.items() if name.startswith("x-ms-"))
    resource = f"/{account}{raw_path}" + "".join(
        f"\n{name.lower()}:{unquote(value)}" for name, value in sorted(query.items())
    )
    return "\n".join([method, *standard, *(f"{name}:{value}" for name, value in special), resource])


def service_text(query: Mapping[str, str], account: str, container: str, blob: str) -> str:
    """What a service SAS signs: `sr=c` a container, `sr=b` one blob, `sr=d` a directory."""
    return _sas_text(query, _resource(query, account, container, blob), [query.get("si", "")], [])


def delegation_text(query: Mapping[str, str], account: str, container: str, blob: str) -> str:
    """What a user delegation SAS signs (with a key that a principal got for itself)."""
    signed = [query.get(name, "") for name in _KEY_FIELDS]
    newer = query.get("sv", "") >= "2025-07-05"
    identity = [*signed, query.get("skdutid", ""), query.get("sduoid", "")] if newer else signed
    return _sas_text(query, _resource(query, account, container, blob), identity, ["", ""] if newer else [])


def account_text(query: Mapping[str, str], account: str) -> str:
    """What an account SAS signs."""
    fields = [query.get(name, "") for name in ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv")]
    scope = [query.get("ses", "")] if query.get("sv", "") >= "2020-12-06" else []
    return "\n".join([account, *fields, *scope, ""])


def _sas_text(query: Mapping[str, str], resource: str, identity: list[str], extra: list[str]) -> str:
    before = [query.get(name, "") for name in ("sp", "st", "se")]
    middle = [query.get(name, "") for name in ("sip", "spr", "sv", "sr")]
    scope = [query.get("ses", "")] if query.get("sv", "") >= "2020-12-06" else []
    after = [query.get(name, "") for name in _OVERRIDES]
    snapshot = query.get("sst", query.get("snapshot", ""))
    return "\n".join([*before, resource, *identity, *middle, snapshot, *scope, *extra, *after])


def _resource(query: Mapping[str, str], account: str, container: str, blob: str) -> str:
    path = f"/blob/{account}/{container}"
    kind = query.get("sr", "")
    if kind == "c":
        return path
    if kind == "d":
        given = query.get("sdd", "0")
        depth = int(given) if given.isascii() and given.isdecimal() else 0
        return f"{path}/{'/'.join(blob.split('/')[:depth])}"
    return f"{path}/{blob}"
