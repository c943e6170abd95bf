"""Showing a version again."""

from datetime import UTC, datetime

import pytest

from fake_wire import Wire, cloud_on
from guarded_gallery import GuardedGallery
from imagegate.model.version_record import Standing
from imagegate.steps.show_image_version import show_image_version

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def gallery(wire: Wire) -> GuardedGallery:
    """A hidden version."""
    found = GuardedGallery(wire)
    found.add("1.2.3", visible=False)
    return found


def _show(gallery: GuardedGallery) -> dict[str, object]:
    return show_image_version(
        cloud_on(gallery.wire), gallery.records, gallery.version("1.2.3"), reason="no other", now=NOW
    )


def test_promoted(gallery: GuardedGallery) -> None:
    """Its record stays as it is."""
    gallery.decide("1.2.3", Standing.PROMOTED)
    before = gallery.record("1.2.3")

    assert _show(gallery)["sent"] is True

    assert gallery.version("1.2.3").visible_in == {"westeurope"}
    assert gallery.record("1.2.3") == before


def test_of_the_baseline(gallery: GuardedGallery) -> None:
    """The record says that the guard showed it, and promotes it to nothing."""
    _show(gallery)

    record = gallery.record("1.2.3")
    assert record is not None
    assert (record["standing"], record["by"], record["reason"]) == ("recorded", "the guard", "Shown: no other.")


def test_withdrawn_meanwhile(gallery: GuardedGallery) -> None:
    """It stays hidden."""
    gallery.decide("1.2.3", Standing.WITHDRAWN)

    assert _show(gallery) == {"done": True, "reason": "it was withdrawn meanwhile"}
    assert gallery.patched == []
