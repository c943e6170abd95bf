"""The timeline of a verification."""

from typing import Any

from localazure.trial.timeline import Timeline, line_of


def _orchestration(*texts: str, first: int = 0, status: str = "RUNNING") -> dict[str, Any]:
    events = [
        {"at": f"2026-01-01T10:00:0{number + first}.0", "kind": "note", "text": text, "passed": True, "seconds": 0}
        for number, text in enumerate(texts)
    ]
    return {
        "instance_id": "i",
        "name": "verify_image_version",
        "status": status,
        "created_at": "2026-01-01T09:59:59+00:00",
        "last_updated_at": "2026-01-01T10:01:00+00:00",
        "custom_status": {"first": first, "events": events} if texts else None,
    }


def _texts(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["text"] for entry in entries]


def test_each_thing_once() -> None:
    """What was told at an earlier look is not told again; start and end are entries too."""
    timeline = Timeline()

    assert _texts(timeline.add([_orchestration()])) == ["verify_image_version"]
    assert _texts(timeline.add([_orchestration("a")])) == ["a"]
    assert _texts(timeline.add([_orchestration("a", "b", status="COMPLETED")])) == [
        "b",
        "verify_image_version: completed",
    ]
    assert timeline.add([_orchestration("a", "b", status="COMPLETED")]) == []
    assert len(timeline.entries) == 4


def test_dropped_events_are_no_gap() -> None:
    """A status that has dropped its oldest events still tells only what is new."""
    timeline = Timeline()
    timeline.add([_orchestration("a", "b")])

    assert _texts(timeline.add([_orchestration("b", "c", first=1)])) == ["c"]


def test_orchestrations_in_order() -> None:
    """What several orchestrations tell is put in the order in which it happened."""
    early, late = _orchestration("first"), _orchestration("second", first=3) | {"instance_id": "j"}

    assert _texts(Timeline().add([late, early]))[-2:] == ["first", "second"]


def test_lines() -> None:
    """A step's end says how it went and how long it took."""
    entry = {"at": "2026-01-01T10:00:00", "kind": "ended", "text": "Probing", "passed": False, "seconds": 1.25}

    assert line_of(entry) == "  10:00:00  ✗ Probing (1.2 s)"
