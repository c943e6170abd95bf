"""Marks for the guard on gallery and definition."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer, Seen, Wire, cloud_on
from imagegate.errors import InputError
from imagegate.steps.mark_guarded import mark_guarded

GALLERY = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden"
DEFINITION = f"{GALLERY}/images/web"
RECORDS = "https://proofs.example/records"
OUTPUTS = {"galleryId": GALLERY, "galleryImageId": DEFINITION, "recordsContainerUrl": RECORDS}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OWNER = {"imagegate-owner": "imagegate"}
MARKS = {**OWNER, "imagegate-records": RECORDS, "imagegate-guarded-since": "2026-11-21T12:00:00Z"}


@pytest.fixture
def tags(wire: Wire) -> dict[str, dict[str, Any]]:
    """The tags of gallery and definition, as the foundation leaves them; they take PATCH requests."""
    found: dict[str, dict[str, Any]] = {GALLERY: dict(OWNER), DEFINITION: dict(OWNER)}

    def read(seen: Seen) -> Answer:
        return Answer(body={"id": seen.path, "tags": found[seen.path]})

    def patch(seen: Seen) -> Answer:
        found[seen.path] = seen.json["tags"]
        return read(seen)

    for path in found:
        wire.on("GET", path, read)
        wire.on("PATCH", path, patch)
    return found


def test_marked_once(wire: Wire, tags: dict[str, dict[str, Any]]) -> None:
    """Both get the address of the records and the moment; a later set-up leaves them as they are."""
    mark_guarded(cloud_on(wire), OUTPUTS, now=NOW)
    mark_guarded(cloud_on(wire), OUTPUTS, now=NOW.replace(day=22))

    assert tags == {GALLERY: MARKS, DEFINITION: MARKS}
    assert len(wire.calls("PATCH", ".*")) == 2


def test_other_records_are_refused(wire: Wire, tags: dict[str, dict[str, Any]]) -> None:
    """A definition that belongs to other records keeps its mark."""
    tags[DEFINITION]["imagegate-records"] = "https://others.example/records"

    with pytest.raises(InputError, match=r"web keeps its records in https://others\.example/records, and not in"):
        mark_guarded(cloud_on(wire), OUTPUTS, now=NOW)

    assert tags[DEFINITION]["imagegate-records"] == "https://others.example/records"
