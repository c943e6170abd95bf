"""The private container of records: read, and written only over the version of the blob that was read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceNotFoundError

from imagegate.errors import ServiceRefused
from imagegate.gateway.blobs import Container
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId
from imagegate.model.baseline import Baseline
from imagegate.model.definition_pointer import DefinitionPointer
from imagegate.model.sightings import Sightings
from imagegate.model.smoke_places import SmokePlaces
from imagegate.model.version_record import VersionRecord

RECORD_SIZE_LIMIT_BYTES = 64 * 1024
_GUARD_SIZE_LIMIT_BYTES = 8 * 1024 * 1024
"""Documents of a definition hold an entry a version, of which there may be thousands."""

_PLACES = "limits/smoke-vms.json"


@dataclass(frozen=True, kw_only=True)
class Stored[Document]:
    """A document, and the ETag that the next write has to match; None for one that is not stored yet."""

    document: Document
    etag: str | None


class Records:
    """The records of image versions, of each image definition what was promoted last, and the count of smoke VMs."""

    def __init__(self, container: Container) -> None:
        self._container = container

    @property
    def url(self) -> str:
        """The container's address."""
        return self._container.url

    def find(self, record: VersionRecord) -> Stored[VersionRecord]:
        """The stored record of the same version, or the given one where there is none yet.

        Raises:
            ServiceRefused: what is stored is no record of this version.
        """
        found = self._read(record.name, VersionRecord.from_json, otherwise=record)
        mine = (record.image_version_id.lower(), record.published_at)
        if (found.document.image_version_id.lower(), found.document.published_at) != mine:
            raise ServiceRefused(f"The record {record.name} speaks of {found.document.image_version_id}.")
        return found

    def write(self, record: VersionRecord, *, etag: str | None) -> str:
        """Write over what was read (`etag`), or create it (None); the new ETag.

        Raises:
            ResourceConflict: the record was changed meanwhile; read it again.
        """
        return self._write(record.name, record.to_json(), etag)

    def find_pointer(self, record: VersionRecord) -> Stored[DefinitionPointer]:
        """The pointer of the record's image definition; an empty one where nothing was promoted yet."""
        return self._read(_pointer_of(record), DefinitionPointer.from_json, otherwise=DefinitionPointer())

    def write_pointer(self, record: VersionRecord, pointer: DefinitionPointer, *, etag: str | None) -> str:
        """As `write`."""
        return self._write(_pointer_of(record), pointer.to_json(), etag)

    def find_places(self) -> Stored[SmokePlaces]:
        """The places of smoke VMs; none is held where nothing is stored yet."""
        return self._read(_PLACES, SmokePlaces.from_json, otherwise=SmokePlaces())

    def write_places(self, places: SmokePlaces, *, etag: str | None) -> str:
        """As `write`."""
        return self._write(_PLACES, places.to_json(), etag)

    def find_baseline(self, definition_id: ResourceId) -> Stored[Baseline]:
        """The baseline of an image definition; an empty one where none was written."""
        name = _of_definition(definition_id, "baseline")
        return self._read(name, Baseline.from_json, otherwise=Baseline(), limit=_GUARD_SIZE_LIMIT_BYTES)

    def create_baseline(self, definition_id: ResourceId, baseline: Baseline) -> None:
        """As `write`; a baseline that is there is never written over."""
        self._write(_of_definition(definition_id, "baseline"), baseline.to_json(), None)

    def find_sightings(self, definition_id: ResourceId) -> Stored[Sightings]:
        """What the guard's looks at a definition saw; empty before the first one."""
        name = _of_definition(definition_id, "sightings")
        return self._read(name, Sightings.from_json, otherwise=Sightings(), limit=_GUARD_SIZE_LIMIT_BYTES)

    def write_sightings(self, definition_id: ResourceId, sightings: Sightings, *, etag: str | None) -> None:
        """As `write`."""
        self._write(_of_definition(definition_id, "sightings"), sightings.to_json(), etag)

    def _read[Document](
        self,
        name: str,
        parse: Callable[[Mapping[str, Any]], Document],
        *,
        otherwise: Document,
        limit: int = RECORD_SIZE_LIMIT_BYTES,
    ) -> Stored[Document]:
        with told_as(f"reading the record {name}"):
            try:
                answer: Any = self._container.client.download_blob(name, offset=0, length=limit)
                content, etag = answer.readall(), str(answer.properties.etag)
            except ResourceNotFoundError:
                return Stored(document=otherwise, etag=None)
        try:
            return Stored(document=parse(json.loads(content)), etag=etag)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ServiceRefused(f"The record {name} cannot be read: {type(error).__name__}.") from error

    def _write(self, name: str, body: Mapping[str, Any], etag: str | None) -> str:
        matching: dict[str, Any] = (
            {} if etag is None else {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        )
        content = json.dumps(body, indent=2, ensure_ascii=False).encode()
        with told_as(f"writing the record {name}"):
            blob = self._container.client.get_blob_client(name)
            return str(blob.upload_blob(content, overwrite=etag is not None, **matching)["etag"])


def _pointer_of(record: VersionRecord) -> str:
    return f"{record.name.rsplit('/', 2)[0]}/promoted-last.json"


def _of_definition(definition_id: ResourceId, name: str) -> str:
    gallery, definition = definition_id.names
    return f"{gallery}/{definition}/{name}.json".lower()
