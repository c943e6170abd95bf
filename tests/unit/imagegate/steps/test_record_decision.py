"""A person's decision is written over what was read, and over nothing else."""

import json
from datetime import UTC, datetime

import pytest

from fake_blobs import FakeBlobs
from fake_wire import Wire, cloud_on
from gate_bench import RECORDS
from imagegate.errors import ResourceConflict
from imagegate.gateway.blobs import Container
from imagegate.gateway.records import Records, Stored
from imagegate.model.persons_decision import PersonsDecision
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.steps.record_decision import record_decision
from smoke_azure import VERSION_ID

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FRESH = VersionRecord(image_version_id=VERSION_ID.lower(), published_at=NOW, verdict="passed", claims={"run_id": "7"})
ADA = PersonsDecision(by="user ada", reason="CHG-1")
POINTER = "/records/golden/web/promoted-last.json"


@pytest.fixture
def blobs(wire: Wire) -> FakeBlobs:
    """The container of records, empty."""
    return FakeBlobs(wire, "records")


@pytest.fixture
def records(wire: Wire, blobs: FakeBlobs) -> Records:
    """The records in it."""
    assert blobs.blobs == {}
    return Records(Container(cloud_on(wire), RECORDS))


def test_what_was_known_stays(records: Records, blobs: FakeBlobs) -> None:
    """Verdict and claims stay in the record; who decided, why and when are the person's."""
    stored = record_decision(records, Stored(document=FRESH, etag=None), Standing.WITHDRAWN, ADA, now=NOW)

    written = json.loads(blobs.blobs[f"/records/{FRESH.name}"])
    assert (written["verdict"], written["claims"]) == ("passed", {"run_id": "7"})
    assert (written["standing"], written["by"], written["reason"]) == ("withdrawn", "user ada", "CHG-1")
    assert stored.document.changed_at == NOW
    assert POINTER not in blobs.blobs


def test_a_promotion_moves_the_pointer_first(records: Records, blobs: FakeBlobs) -> None:
    """The pointer stands before the record does."""
    record_decision(records, Stored(document=FRESH, etag=None), Standing.PROMOTING, ADA, now=NOW)

    assert list(blobs.blobs) == [POINTER, f"/records/{FRESH.name}"]


def test_the_next_write_needs_the_last_one(records: Records) -> None:
    """Over a record that was changed since it was read nothing is written."""
    begun = record_decision(records, Stored(document=FRESH, etag=None), Standing.PROMOTING, ADA, now=NOW)
    record_decision(records, begun, Standing.PROMOTED, ADA, now=NOW)

    with pytest.raises(ResourceConflict, match=r"Another decision about 1\.2\.3") as caught:
        record_decision(records, begun, Standing.WITHDRAWN, ADA, now=NOW)

    assert "Run the command again" in str(caught.value.hint)
