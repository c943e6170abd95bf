"""Records of versions, and the pointers of definitions."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fake_blobs import FakeBlobs
from fake_wire import SUBSCRIPTION, Wire, cloud_on
from imagegate.errors import ResourceConflict, ServiceRefused
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records
from imagegate.model.definition_pointer import DefinitionPointer
from imagegate.model.version_record import Standing, VersionRecord

GALLERY = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/Golden"
VERSION = f"{GALLERY}/images/web/versions/1.0.0"
RECORD = VersionRecord(image_version_id=VERSION, published_at=datetime(2026, 11, 21, 12, 0, 1, tzinfo=UTC))
BLOB = "/records/golden/web/1.0.0/20261121T120001Z.json"


@pytest.fixture
def blobs(wire: Wire) -> FakeBlobs:
    """An account with the container."""
    return FakeBlobs(wire, "records")


@pytest.fixture
def records(wire: Wire, blobs: FakeBlobs) -> Records:
    """The records in it."""
    return Records(Container(cloud_on(wire), "https://records.example/records"))


def test_there_and_back(records: Records, blobs: FakeBlobs) -> None:
    """A record is read as it was written; before the first write it is the one that was asked with."""
    assert records.find(RECORD).etag is None
    changed = RECORD.changed(Standing.PROMOTED, by="me", reason="because", now=datetime(2026, 11, 22, tzinfo=UTC))

    records.write(replace(changed, claims={"run_id": "1"}, key_id="k", verdict="passed"), etag=None)

    found = records.find(RECORD)
    assert found.document == replace(
        changed, image_version_id=VERSION.lower(), claims={"run_id": "1"}, key_id="k", verdict="passed"
    )
    assert list(blobs.blobs) == [BLOB]


def test_two_writers(records: Records) -> None:
    """The second of two that read the same record is refused; so is a second that creates."""
    records.write(RECORD, etag=None)
    etag = records.find(RECORD).etag

    records.write(RECORD, etag=etag)

    with pytest.raises(ResourceConflict):
        records.write(RECORD, etag=etag)
    with pytest.raises(ResourceConflict):
        records.write(RECORD, etag=None)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"schema": "other"}', b"[" * 60_000])
def test_what_is_no_record(records: Records, blobs: FakeBlobs, content: bytes) -> None:
    """A blob that holds something else is an error, never a record without a decision."""
    blobs.write(BLOB, content)

    with pytest.raises(ServiceRefused):
        records.find(RECORD)


def test_a_record_of_another_version(records: Records, blobs: FakeBlobs) -> None:
    """A record that was copied to another version's place does not speak for it."""
    other = replace(RECORD, image_version_id=VERSION.replace("1.0.0", "1.0.1")).to_json()
    blobs.write(BLOB, json.dumps(other).encode())

    with pytest.raises(ServiceRefused, match="speaks of"):
        records.find(RECORD)


def test_the_pointer_of_a_definition(records: Records, blobs: FakeBlobs) -> None:
    """A definition has one pointer, whatever the version."""
    assert records.find_pointer(RECORD).document == DefinitionPointer()
    pointer = DefinitionPointer(image_version_id=VERSION.lower(), workflow="w", run_number=7)

    records.write_pointer(RECORD, pointer, etag=None)

    later = replace(RECORD, image_version_id=VERSION.replace("1.0.0", "2.0.0"))
    assert records.find_pointer(later).document == pointer
    assert list(blobs.blobs) == ["/records/golden/web/promoted-last.json"]
