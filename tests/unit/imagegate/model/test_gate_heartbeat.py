"""The Function's sign of life."""

from datetime import UTC, datetime, timedelta

import pytest

from imagegate import __version__
from imagegate.model.gate_heartbeat import GateHeartbeat

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_fresh_until_half_an_hour() -> None:
    """A heartbeat of the last thirty minutes is no warning; an older one is, with its age in whole minutes."""
    beat = GateHeartbeat(at=NOON)

    assert beat.warning(NOON + timedelta(minutes=30)) is None
    warning = beat.warning(NOON + timedelta(minutes=95, seconds=7))
    assert warning is not None
    assert warning.startswith("the Function has not looked at its images for 1h35m: ")


def test_there_and_back() -> None:
    """Time, release and counts are read as they were written."""
    beat = GateHeartbeat(at=NOON, started={"verifications": 2})

    assert GateHeartbeat.from_json(beat.to_json()) == beat
    assert beat.release == __version__


@pytest.mark.parametrize("body", [{}, {"schema": "x", "at": "2026-11-21T12:00:00Z"}, {"schema": "x", "at": "soon"}])
def test_other_documents(body: dict[str, str]) -> None:
    """What is no heartbeat is refused."""
    with pytest.raises((ValueError, KeyError)):
        GateHeartbeat.from_json(body)
