"""Places in a JSON document: `properties.targetRegions[0].name`, `[]` for every element of a list."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

GONE = object()
"""As a value: the place is taken away."""
_PART = re.compile(r"\[(\d*)\]|([^.\[\]]+)")


def values_at(document: Any, place: str) -> list[Any]:  # noqa: ANN401 - any JSON
    """What stands at a place; several for `[]`, none where it is not there."""
    found = [document]
    for part in _parts(place):
        found = [inner for value in found for inner in _inner(value, part)]
    return found


def value_at(document: Any, place: str) -> Any:  # noqa: ANN401 - any JSON
    """The one value of a place; None where there is none."""
    return next(iter(values_at(document, place)), None)


def changed_at(document: Any, place: str, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any JSON
    """A copy in which `change` has made every value of the place another; it is given None where there was none."""
    return _changed(copy.deepcopy(document), _parts(place), change)


def _parts(place: str) -> list[str | int | None]:
    """Names, indexes, and None for every element."""
    return [name or (int(index) if index else None) for index, name in _PART.findall(place)]


def _inner(value: Any, part: str | int | None) -> list[Any]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict) and isinstance(part, str) and part in value:
        return [value[part]]
    if isinstance(value, list) and not isinstance(part, str):
        return value if part is None else value[part : part + 1]
    return []


def _changed(value: Any, parts: list[str | int | None], change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any JSON
    if not parts:
        return change(value)
    part, rest = parts[0], parts[1:]
    if isinstance(value, list) and not isinstance(part, str):
        wanted = range(len(value)) if part is None else range(part, min(part + 1, len(value)))
        for index in wanted:
            value[index] = _changed(value[index], rest, change)
        return value
    members = value if isinstance(value, dict) else {}
    if isinstance(part, str):
        inner = _changed(members.get(part), rest, change)
        if inner is GONE:
            members.pop(part, None)
        else:
            members[part] = inner
    return members
