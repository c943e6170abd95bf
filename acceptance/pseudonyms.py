"""Takes ids, addresses and names out of a recording, the same one always in the same way."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from imagegate.model.redaction import MARK, redact_tree

_GUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_MAIL = re.compile(r"[A-Za-z0-9._%+#-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_ADDRESS = re.compile(r"(?<![\d.])(?!10\.|127\.|0\.|169\.254\.|192\.168\.)(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_SIGNED = re.compile(r"(?i)([?&](?:t|c|s|h|sig|code)=)[^&\s\"']{8,}")
_SIGNED_QUERY = {"t", "c", "s", "h", "sig", "code"}
_LONG = 8


class Pseudonyms:
    """One run's. A GUID becomes another GUID, made with a key that is forgotten afterwards.

    `names` are replaced as they stand. What everybody may know stays: the ids of built-in roles.
    """

    def __init__(self, names: Mapping[str, str], built_in_roles: frozenset[str] = frozenset()) -> None:
        self._key = secrets.token_bytes(32)
        self._names = {name: other for name, other in names.items() if name}
        self._public = {guid.lower() for guid in built_in_roles} | {str(uuid.UUID(int=0))}

    def hide_in(self, entry: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """A line of a recording without ids, names, addresses, signatures and secrets."""
        query = {
            name: MARK if name.lower() in _SIGNED_QUERY and len(str(value)) >= _LONG else value
            for name, value in (entry.get("query") or {}).items()
        }
        return self.hide_all({**entry, "query": query})

    def hide_all(self, document: object) -> object:
        """The same for any JSON."""
        return redact_tree(document, also=self.hide)

    def hide(self, text: str) -> str:
        """The same for one text."""
        for name, other in self._names.items():
            text = re.sub(re.escape(name), other, text, flags=re.IGNORECASE)
        text = _GUID.sub(lambda found: self._other(found[0]), text)
        text = _MAIL.sub("person@example.com", text)
        text = _ADDRESS.sub("192.0.2.1", text)
        return _SIGNED.sub(rf"\1{MARK}", text)

    def _other(self, guid: str) -> str:
        if guid.lower() in self._public:
            return guid
        digest = hmac.new(self._key, guid.lower().encode(), hashlib.sha256).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))
