"""The places of smoke VMs, and the count of a day."""

from datetime import UTC, datetime, timedelta

import pytest

from imagegate.model.smoke_places import SmokePlaces

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def held(*holders: str, given: int | None = None) -> SmokePlaces:
    """Places that these hold for an hour."""
    places = SmokePlaces().at(NOON)
    for holder in holders:
        places = places.with_place(holder, now=NOON, lifetime_s=3600)
    return places if given is None else SmokePlaces(day=places.day, given=given, held=places.held)


def test_as_many_as_allowed() -> None:
    """There is a place until the limit is reached, and the sentence names the limit's setting."""
    assert held("a").why_full(at_once=2, per_day=9) is None
    assert held("a", "b").why_full(at_once=2, per_day=9) == (
        "2 smoke VMs are running already (limit: IMAGEGATE_SMOKE_VMS_AT_ONCE)."
    )
    assert "1 smoke VM is running already" in (held("a").why_full(at_once=1, per_day=9) or "")


def test_as_many_a_day_as_allowed() -> None:
    """Places that were given back still count for their day; the next day begins at none."""
    places = held("a", "b").without("a").without("b")

    assert places.held == {}
    assert places.why_full(at_once=2, per_day=2) == (
        "2 smoke VMs were made today already (limit: IMAGEGATE_SMOKE_VMS_PER_DAY)."
    )
    assert places.at(NOON + timedelta(days=1)).why_full(at_once=2, per_day=2) is None


def test_places_expire() -> None:
    """A place that nobody gave back is free again when its VM has expired, and not before."""
    places = held("a")

    assert list(places.at(NOON + timedelta(seconds=3599)).held) == ["a"]
    assert places.at(NOON + timedelta(seconds=3600)).held == {}


def test_there_and_back() -> None:
    """Places are read as they were written."""
    places = held("a", "b")

    assert SmokePlaces.from_json(places.to_json()) == places


def test_other_documents_are_refused() -> None:
    """What is no document of this schema gives no place."""
    with pytest.raises(ValueError, match="unknown schema"):
        SmokePlaces.from_json({"schema": "imagegate.record.v1"})
