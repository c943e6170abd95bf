"""Record a person's decision about an image version, before the version is changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from imagegate.errors import ResourceConflict
from imagegate.gateway.records import Records, Stored
from imagegate.model.persons_decision import PersonsDecision
from imagegate.model.version_record import Standing, VersionRecord


def record_decision(
    records: Records, stored: Stored[VersionRecord], standing: Standing, decision: PersonsDecision, *, now: datetime
) -> Stored[VersionRecord]:
    """Write the decision over the record that was read. A promotion moves the definition's pointer first.

    Raises:
        ResourceConflict: another decision was written since the record was read.
    """
    decided = stored.document.changed(standing, by=decision.by, reason=decision.reason, now=now)
    with _said_plainly(decided):
        if standing is Standing.PROMOTING:
            _move_pointer(records, decided)
        return Stored(document=decided, etag=records.write(decided, etag=stored.etag))


def _move_pointer(records: Records, record: VersionRecord) -> None:
    pointer = records.find_pointer(record)
    moved = pointer.document.moved_by_person(record.image_version_id, record.claims)
    if moved != pointer.document:
        records.write_pointer(record, moved, etag=pointer.etag)


@contextmanager
def _said_plainly(record: VersionRecord) -> Iterator[None]:
    try:
        yield
    except ResourceConflict as conflict:
        version = record.image_version_id.rsplit("/", 1)[-1]
        raise ResourceConflict(
            f"Another decision about {version}, or about its image definition, was written meanwhile.",
            status=conflict.status,
            hint="Run the command again: it reads the record again before it decides.",
            ids=conflict.ids,
        ) from conflict
