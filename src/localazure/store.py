"""Resource documents in SQLite: survive a restart, found by id without regard to case."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localazure.arm.resource_id import ResourceId

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, internal TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS resources_by_type ON resources (type, key);
CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blobs (
    account TEXT NOT NULL, container TEXT NOT NULL, name TEXT NOT NULL, properties TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (account, container, name));
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A resource: `body` is what a GET answers, `internal` is what only the local cloud knows (a disk's path)."""

    id: ResourceId
    body: dict[str, Any]
    internal: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A stored blob with its properties (content type, last modified, etag, metadata)."""

    account: str
    container: str
    name: str
    properties: dict[str, Any]
    content: bytes


class Store:
    """All state of the local cloud. Safe to use from several threads; each call is atomic."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")  # WAL keeps it whole; power may take the last writes
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Write everything out and let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several calls as one: nobody else reads or writes in between, and an exception undoes them. Nests."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    # --- resources

    def get(self, resource_id: ResourceId | str) -> Document | None:
        """The resource of that id, or None."""
        rows = self._rows("SELECT id, body, internal FROM resources WHERE key = ?", (_key(resource_id),))
        return _document(rows[0]) if rows else None

    def put(
        self, resource_id: ResourceId | str, body: dict[str, Any], *, internal: dict[str, Any] | None = None
    ) -> Document:
        """Write a resource. The id keeps the spelling of its first write; `internal` None keeps what is there."""
        parsed = ResourceId(str(resource_id))
        with self.transaction():
            known = self.get(parsed)
            kept = known.id if known else parsed
            inner = internal if internal is not None else (known.internal if known else {})
            self._rows(
                "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?)",
                (parsed.key, kept.text, kept.type.lower(), json.dumps(body), json.dumps(inner)),
            )
        return Document(id=kept, body=body, internal=inner)

    def update(self, resource_id: ResourceId | str, change: Callable[[dict[str, Any]], object]) -> Document | None:
        """Change a resource's body in place, atomically; None when it is gone."""
        with self.transaction():
            known = self.get(resource_id)
            if known is None:
                return None
            change(known.body)
            return self.put(known.id, known.body)

    def delete(self, resource_id: ResourceId | str) -> bool:
        """Remove one resource; True when it was there. Children are the provider's business."""
        with self.transaction():
            present = self.get(resource_id) is not None
            self._rows("DELETE FROM resources WHERE key = ?", (_key(resource_id),))
        return present

    def under(self, prefix: ResourceId | str, type: str | None = None) -> list[Document]:  # noqa: A002 - ARM's word
        """Resources whose id lies below `prefix` (itself excluded), of one full type or of all, in order of id."""
        key = _key(prefix).rstrip("/") + "/"
        query = "SELECT id, body, internal FROM resources WHERE substr(key, 1, ?) = ?"
        values: tuple[Any, ...] = (len(key), key)
        if type is not None:
            query, values = query + " AND type = ?", (*values, type.lower())
        return [_document(row) for row in self._rows(query + " ORDER BY key", values)]

    def of_type(self, type: str) -> list[Document]:  # noqa: A002 - ARM's word
        """Every resource of one full type."""
        rows = self._rows(
            "SELECT id, body, internal FROM resources WHERE type = ? ORDER BY key",
            (type.lower(),),
        )
        return [_document(row) for row in rows]

    # --- long-running operations

    def put_operation(self, operation_id: str, document: dict[str, Any]) -> None:
        """Write an operation's record."""
        self._rows("INSERT OR REPLACE INTO operations VALUES (?, ?)", (operation_id, json.dumps(document)))

    def get_operation(self, operation_id: str) -> dict[str, Any] | None:
        """An operation's record, or None."""
        rows = self._rows("SELECT document FROM operations WHERE id = ?", (operation_id,))
        return dict(json.loads(rows[0][0])) if rows else None

    def delete_operation(self, operation_id: str) -> None:
        """Forget an operation."""
        self._rows("DELETE FROM operations WHERE id = ?", (operation_id,))

    def operations(self) -> list[dict[str, Any]]:
        """Every operation's record."""
        return [json.loads(row[0]) for row in self._rows("SELECT document FROM operations ORDER BY rowid", ())]

    # --- blobs

    def put_blob(self, blob: Blob) -> None:
        """Write a blob, replacing one of the same name."""
        self._rows(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?, ?)",
            (blob.account, blob.container, blob.name, json.dumps(blob.properties), blob.content),
        )

    def get_blob(self, account: str, container: str, name: str) -> Blob | None:
        """A blob with its content, or None."""
        rows = self._rows(
            "SELECT account, container, name, properties, content FROM blobs "
            "WHERE account = ? AND container = ? AND name = ?",
            (account, container, name),
        )
        return _blob(rows[0]) if rows else None

    def delete_blob(self, account: str, container: str, name: str) -> bool:
        """Remove a blob; True when it was there."""
        with self.transaction():
            present = self.get_blob(account, container, name) is not None
            self._rows(
                "DELETE FROM blobs WHERE account = ? AND container = ? AND name = ?",
                (account, container, name),
            )
        return present

    def blobs(self, account: str, container: str | None = None, prefix: str = "") -> list[Blob]:
        """The blobs of an account or container whose names start with `prefix`, in order of name."""
        query = "SELECT account, container, name, properties, content FROM blobs WHERE account = ?"
        values: tuple[Any, ...] = (account,)
        if container is not None:
            query, values = query + " AND container = ?", (*values, container)
        query, values = query + " AND substr(name, 1, ?) = ?", (*values, len(prefix), prefix)
        return [_blob(row) for row in self._rows(query + " ORDER BY container, name", values)]

    # --- settings of the cloud itself

    def setting(self, name: str, default: Callable[[], str]) -> str:
        """A value that is made once and then stays (signing keys, tenant id)."""
        with self.transaction():
            rows = self._rows("SELECT value FROM settings WHERE name = ?", (name,))
            if rows:
                return str(rows[0][0])
            value = default()
            self._rows("INSERT INTO settings VALUES (?, ?)", (name, value))
            return value

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _key(resource_id: ResourceId | str) -> str:
    return resource_id.key if isinstance(resource_id, ResourceId) else ResourceId(resource_id).key


def _document(row: tuple[Any, ...]) -> Document:
    return Document(id=ResourceId(row[0]), body=json.loads(row[1]), internal=json.loads(row[2]))


def _blob(row: tuple[Any, ...]) -> Blob:
    return Blob(account=row[0], container=row[1], name=row[2], properties=json.loads(row[3]), content=row[4])
