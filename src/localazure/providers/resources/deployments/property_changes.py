"""How what-if tells one state of a resource from the next: path, kind of change, before, after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Change = dict[str, Any]


def merged(before: Any, after: Any) -> Any:  # noqa: ANN401 - any JSON
    """The state after a write: what is not said keeps its value, except tags, which a write replaces."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        kept = {name: value for name, value in before.items() if name not in after}
        joint = {name: merged(before[name], value) if name in before else value for name, value in after.items()}
        return {name: {**kept, **joint}[name] for name in [*before, *(name for name in after if name not in before)]}
    if isinstance(before, Sequence) and isinstance(after, Sequence) and not isinstance(before, str):
        pairs = [merged(before[place], value) for place, value in enumerate(after) if place < len(before)]
        return [*pairs, *after[len(before) :]]
    return before if _same(before, after) else after


def changes(before: Any, after: Any, path: str = "") -> list[Change]:  # noqa: ANN401 - any JSON
    """Every difference, by path; differences inside an array are its children."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [*before, *(name for name in after if name not in before)]
        return [found for name in names for found in _member(before, after, name, f"{path}.{name}" if path else name)]
    if _same(before, after):
        return []
    if isinstance(before, list) and isinstance(after, list):
        return [{"path": path, "propertyChangeType": "Array", "children": _entries(before, after)}]
    return [{"path": path, "propertyChangeType": "Modify", "before": before, "after": after}]


def _member(before: Mapping[str, Any], after: Mapping[str, Any], name: str, path: str) -> list[Change]:
    if name not in after:
        return [{"path": path, "propertyChangeType": "Delete", "before": before[name], "after": None}]
    if name not in before:
        return [{"path": path, "propertyChangeType": "Create", "before": None, "after": after[name]}]
    return changes(before[name], after[name], path)


def _entries(before: list[Any], after: list[Any]) -> list[Change]:
    children: list[Change] = []
    for place in range(max(len(before), len(after))):
        path = str(place)
        if place >= len(after):
            children.append({"path": path, "propertyChangeType": "Delete", "before": before[place], "after": None})
        elif place >= len(before):
            children.append({"path": path, "propertyChangeType": "Create", "before": None, "after": after[place]})
        elif isinstance(before[place], Mapping) and (inner := changes(before[place], after[place])):
            children.append({"path": path, "propertyChangeType": "Modify", "children": inner})
        elif not isinstance(before[place], Mapping):
            children += changes(before[place], after[place], path)
    return children


def _same(before: Any, after: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(before, str) and isinstance(after, str) and after.lower().startswith("/subscriptions/"):
        return before.lower() == after.lower()
    return bool(before == after)
