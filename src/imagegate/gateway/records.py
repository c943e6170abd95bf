"""The private container of records: read, and written only over the version of the blob that was read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceNotFoundError

from imagegate.errors import ServiceRefused
from imagegate.gateway.blobs import Container
from imagegate.gateway.translation import told_as
from imagegate.model.version_record import VersionRecord

RECORD_SIZE_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class StoredRecord:
    """A record, and the ETag that the next write has to match; None for one that is not stored yet."""

    record: VersionRecord
    etag: str | None


class Records:
    """The records of one gallery's versions."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def find(self, record: VersionRecord) -> StoredRecord:
        """The stored record of the same version, or the given one where there is none yet.

        Raises:
            ServiceRefused: what is stored is no record of this version.
        """
        with told_as(f"reading the record {record.name}"):
            try:
                answer: Any = self._container.client.download_blob(record.name, length=RECORD_SIZE_LIMIT_BYTES)
                content, etag = answer.readall(), str(answer.properties.etag)
            except ResourceNotFoundError:
                return StoredRecord(record=record, etag=None)
        found = _parsed(record.name, content)
        if (found.image_version_id, found.published_at) != (record.image_version_id.lower(), record.published_at):
            raise ServiceRefused(f"The record {record.name} speaks of {found.image_version_id}.")
        return StoredRecord(record=found, etag=etag)

    def write(self, record: VersionRecord, *, etag: str | None) -> str:
        """Write over what was read (`etag`), or create it (None); the new ETag.

        Raises:
            ResourceConflict: the record was changed meanwhile; read it again.
        """
        matching = {} if etag is None else {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        content = json.dumps(record.to_json(), indent=2, ensure_ascii=False).encode()
        with told_as(f"writing the record {record.name}"):
            blob = self._container.client.get_blob_client(record.name)
            return str(blob.upload_blob(content, overwrite=etag is not None, **matching)["etag"])

    def of_definition(self, gallery: str, definition: str) -> Iterator[VersionRecord]:
        """Every record of an image definition; what is no record is passed over."""
        with told_as(f"listing the records of {gallery}/{definition}"):
            for entry in self._container.client.list_blobs(name_starts_with=f"{gallery}/{definition}/".lower()):
                content = self._container.client.download_blob(entry.name, length=RECORD_SIZE_LIMIT_BYTES).readall()
                try:
                    yield _parsed(entry.name, content)
                except ServiceRefused:
                    continue


def _parsed(name: str, content: bytes) -> VersionRecord:
    try:
        return VersionRecord.from_json(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ServiceRefused(f"The record {name} cannot be read: {type(error).__name__}.") from error
