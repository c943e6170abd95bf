"""Hiding a version, record first."""

from datetime import UTC, datetime

import pytest

from fake_wire import Wire, cloud_on
from guarded_gallery import GuardedGallery
from imagegate.model.version_record import Standing
from imagegate.steps.hide_image_version import hide_image_version

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL = frozenset[str]()


@pytest.fixture
def gallery(wire: Wire) -> GuardedGallery:
    """A version in two regions."""
    found = GuardedGallery(wire)
    profile = found.add("1.2.3")["properties"]["publishingProfile"]
    profile["targetRegions"].append({"name": "North Europe"})
    return found


def _hide(gallery: GuardedGallery, regions: frozenset[str] = ALL) -> dict[str, object]:
    return hide_image_version(
        cloud_on(gallery.wire), gallery.records, gallery.version("1.2.3"), reason="no record", regions=regions, now=NOW
    )


def test_everywhere(gallery: GuardedGallery) -> None:
    """One change is sent; what was asked for is seen by the next call."""
    assert _hide(gallery)["sent"] is True
    assert gallery.version("1.2.3").visible_in == frozenset()
    assert _hide(gallery)["done"] is True
    assert gallery.versions["1.2.3"]["tags"]["imagegate-hidden"] == "2026-11-21 12:00 UTC: no record"


def test_in_some_regions(gallery: GuardedGallery) -> None:
    """The others stay as they are."""
    _hide(gallery, frozenset({"northeurope"}))

    assert gallery.version("1.2.3").visible_in == {"westeurope"}
    assert _hide(gallery, frozenset({"northeurope"}))["done"] is True


@pytest.mark.parametrize("standing", [Standing.PROMOTING, Standing.PROMOTED])
def test_promoted_meanwhile(gallery: GuardedGallery, standing: Standing) -> None:
    """A promotion that came first is left alone."""
    gallery.decide("1.2.3", standing)

    assert _hide(gallery) == {"done": True, "reason": "it was promoted meanwhile"}
    assert gallery.patched == []


def test_withdrawn_stays_withdrawn(gallery: GuardedGallery) -> None:
    """The record of a person's decision is not written over."""
    gallery.decide("1.2.3", Standing.WITHDRAWN)

    _hide(gallery)

    record = gallery.record("1.2.3")
    assert record is not None
    assert (record["standing"], record["by"], gallery.patched) == ("withdrawn", "ada", ["1.2.3"])
