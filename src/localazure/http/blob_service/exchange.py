"""Calls of the blob service, and its answers, without a web framework."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from localazure.arm.messages import Principal
from localazure.blobs.accounts import Account


@dataclass(frozen=True, kw_only=True)
class BlobCall:
    """One call. `container` and `blob` are "" where the path ends before them."""

    method: str
    account: Account
    container: str
    blob: str
    query: Mapping[str, str]  # names in lower case
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    raw_path: str  # as sent: what signatures are made over

    @property
    def component(self) -> str:
        """`restype/comp`, which tell operations on one path apart."""
        return f"{self.query.get('restype', '')}/{self.query.get('comp', '')}".lower()

    def metadata(self) -> dict[str, str]:
        """The `x-ms-meta-*` headers."""
        prefix = "x-ms-meta-"
        return {name[len(prefix) :]: value for name, value in self.headers.items() if name.startswith(prefix)}


@dataclass(frozen=True, kw_only=True)
class BlobAnswer:
    """An answer: bytes or XML. `length` overrides the content's length in answers to HEAD."""

    status: int = 200
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


class BlobError(Exception):
    """A refusal with the service's own code, told in XML and in `x-ms-error-code`."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls: a principal with a token, or whoever has a key or a signature, or anyone."""

    principal: Principal | None = None  # decides by its roles
    letters: frozenset[str] | None = None  # what a signature grants; None: no signature limits the call
    resource: str = ""  # what a signature is for: account, container, blob
    anonymous: bool = False


def account_in_host(host: str) -> str:
    """`/account` where a client names the account in the host (`account.blob.localhost:PORT`), else nothing."""
    account, dot, _ = host.partition(".blob.")
    return f"/{account}" if dot else ""


def split_path(raw_path: str) -> tuple[str, str, str]:
    """Account, container and blob of a path; what is missing is ""."""
    names = [unquote(part) for part in raw_path.lstrip("/").split("/", 2)]
    account, container, blob = [*names, "", "", ""][:3]
    return account, container, blob


def element(name: str, content: Any = None, **attributes: str) -> ET.Element:  # noqa: ANN401 - text or elements
    """An XML element with text, or with elements inside it."""
    made = ET.Element(name, attributes)
    if isinstance(content, list):
        made.extend(content)
    elif content is not None:
        made.text = str(content)
    return made


def xml(root: ET.Element, *, status: int = 200, headers: Mapping[str, str] | None = None) -> BlobAnswer:
    """An XML document as an answer."""
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return BlobAnswer(status=status, content=content, headers={"Content-Type": "application/xml", **(headers or {})})
