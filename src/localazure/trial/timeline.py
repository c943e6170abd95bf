"""The timeline of a verification: what its orchestrations told, each thing once, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ENDED = {"COMPLETED", "FAILED", "TERMINATED"}
_MARKS = {"started": "▶", "began": "…", "note": "·", "undoing": "↩", "completed": "■"}


class Timeline:
    """Grows with each look at the orchestrations.

    Entries: `at` (UTC), `orchestration` (its name), `kind` (`started`; of its custom status `began`, `ended`, `note`,
    `undoing`; `completed` with the runtime status), `text`, and for `ended` also `passed` and `seconds`.
    """

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._told: dict[str, int] = {}
        self._known: set[tuple[str, str]] = set()

    def add(self, orchestrations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take in what is new, and return it."""
        fresh: list[dict[str, Any]] = []
        for one in orchestrations:
            fresh += self._new_of(one)
        fresh.sort(key=lambda entry: str(entry["at"]))
        self.entries += fresh
        return fresh

    def _new_of(self, one: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = []
        if self._first(one, "started"):
            found.append(_entry(one, one["created_at"], "started", str(one["name"])))
        status = one["custom_status"] if isinstance(one["custom_status"], Mapping) else {}
        events, first = list(status.get("events") or ()), int(status.get("first") or 0)
        for event in events[max(0, self._told.get(one["instance_id"], 0) - first) :]:
            found.append(_entry(one, event["at"], event["kind"], event["text"]))
            if event["kind"] == "ended":
                found[-1] |= {"passed": event["passed"], "seconds": event["seconds"]}
        self._told[one["instance_id"]] = first + len(events)
        if one["status"] in _ENDED and self._first(one, "completed"):
            text = f"{one['name']}: {str(one['status']).lower()}"
            found.append(_entry(one, one["last_updated_at"], "completed", text))
        return found

    def _first(self, one: Mapping[str, Any], what: str) -> bool:
        key = (str(one["instance_id"]), what)
        new = key not in self._known
        self._known.add(key)
        return new


def line_of(entry: Mapping[str, Any]) -> str:
    """An entry as a line for people."""
    clock = str(entry["at"])[11:19]
    if entry["kind"] == "ended":
        return f"  {clock}  {'✓' if entry['passed'] else '✗'} {entry['text']} ({entry['seconds']:.1f} s)"
    return f"  {clock}  {_MARKS.get(entry['kind'], '·')} {entry['text']}"


def _entry(one: Mapping[str, Any], at: object, kind: str, text: str) -> dict[str, Any]:
    """Times are made alike: all are UTC, and only some say so."""
    return {"at": str(at).removesuffix("+00:00"), "orchestration": one["name"], "kind": kind, "text": text}
