"""Two JSON documents compared field by field, with what changes from day to day normalised by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_GUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|)")
_DURATION = re.compile(r"PT?[\d.]+[HMS][\d.HMS]*")
_DIGEST = re.compile(r"[0-9a-f]{24,}")
_HASH = re.compile(r"\d{17,20}")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_HARDWARE = re.compile(r"([0-9A-F]{2}-){5}[0-9A-F]{2}")
_UNIQUE = re.compile(r"<guid>-[A-Z0-9_]+")
_SUFFIX = re.compile(r"[a-z0-9]{26}\.\w+\.internal\.")
_YEAR_ONE = "0001-01-01T00:00:00Z"
_HOST = re.compile(r"https?://[^/\"]+")
_ETAG = re.compile(r'^(W/)?\\?".*\\?"$')


# What networks give out inside; loopback stands for what the internet would reach.
_PRIVATE = ("10.", "192.168.", "172.16.", "0.", "255.")


class Difference(NamedTuple):
    """One place where two answers part."""

    kind: str
    place: str
    recorded: Any
    ours: Any


def differences(recorded: Any, ours: Any, endpoint: str = "", place: str = "") -> list[Difference]:  # noqa: ANN401
    """Where documents part; a list's place is `[*]`, whichever element it is."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return _of_objects(recorded, ours, endpoint, place)
    if isinstance(recorded, list) and isinstance(ours, list):
        return _of_lists(recorded, ours, endpoint, place)
    if type(recorded) is not type(ours):
        return [Difference("type", place, recorded, ours)]
    if isinstance(recorded, str):
        one, other = normalized(recorded), normalized(ours.replace(endpoint, "https://management.azure.com"))
        same = one.lower() == other.lower() if one.startswith("/") else one == other
        return [] if same else [Difference("value", place, recorded, ours)]
    return [] if recorded == ours else [Difference("value", place, recorded, ours)]


def _of_objects(recorded: dict[str, Any], ours: dict[str, Any], endpoint: str, place: str) -> list[Difference]:
    lowered = {_key(name): name for name in ours}
    found = []
    for name, value in recorded.items():
        inner, own = f"{place}.{_key_name(name)}", name if name in ours else lowered.get(_key(name))
        if own is None:
            found.append(Difference("missing", inner, value, None))
        else:
            found.extend(differences(value, ours[own], endpoint, inner))
    known = {_key(name) for name in recorded}
    found.extend(
        Difference("extra", f"{place}.{_key_name(name)}", None, ours[name]) for name in ours if _key(name) not in known
    )
    return found


def _of_lists(recorded: list[Any], ours: list[Any], endpoint: str, place: str) -> list[Difference]:
    found = []
    if len(recorded) != len(ours):
        found.append(Difference("length", f"{place}[*]", len(recorded), len(ours)))
    for one, other in _pairs(recorded, ours):
        found.extend(differences(one, other, endpoint, f"{place}[*]"))
    return found


def _pairs(recorded: list[Any], ours: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Things with a name are compared by name, whatever their order; all else by place."""
    if len(recorded) > 1 and all(isinstance(entry, dict) and "name" in entry for entry in (*recorded, *ours)):
        named = {str(entry["name"]).lower(): entry for entry in ours}
        yield from ((one, named[key]) for one in recorded if (key := str(one["name"]).lower()) in named)
    else:
        yield from zip(recorded, ours, strict=False)


def _key(name: str) -> str:
    """A name, or an id that is used as one: ids have no case, and end in what the service made up."""
    return normalized(name).lower() if name.startswith("/") else name


def _key_name(name: str) -> str:
    return "<id>" if name.startswith("/") else name


def normalized(text: str) -> str:
    """A text without what the service made up: GUIDs, times, durations, hosts, entity tags."""
    if text == _YEAR_ONE:
        return text
    text = _GUID.sub("<guid>", text)
    text = _TIME.sub("<time>", text)
    text = _HOST.sub("<host>", text) if "blob.core" in text else text
    text = _DIGEST.sub("<digest>", _SUFFIX.sub("<zone>.internal.", _UNIQUE.sub("<unique name>", text)))
    for pattern, name in ((_HASH, "<hash>"), (_HARDWARE, "<hardware address>")):
        text = name if pattern.fullmatch(text) else text
    if _ADDRESS.fullmatch(text) and not text.startswith(_PRIVATE):
        return "<public address>"
    text = _ETAG.sub("<etag>", text)
    return "<duration>" if _DURATION.fullmatch(text) else text
