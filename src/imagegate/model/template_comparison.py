"""Compares the body of an image template that was sent with the template as the service has it; pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from imagegate.model.image_version import normalise_region
from imagegate.model.redaction import redact
from imagegate.model.template_defaults import DEFAULTS, FETCHED_CHECKSUMS, READ_ONLY, REGIONS, RESOURCE_IDS

_ABSENT = object()
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_LONGEST_VALUE = 120
_IDENTITIES = "identity.userAssignedIdentities"
_VM_IDENTITIES = "properties.vmProfile.userAssignedIdentities"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place in which the two differ; both values are cut, and without secrets of a known shape."""

    path: str
    sent: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: sent {self.sent}, found {self.found}"


@dataclass(frozen=True)
class _Place:
    """Where a value stands: `path` for people, `rule` as the lists of defaults write it."""

    path: str = ""
    rule: str = ""

    def member(self, key: str) -> "_Place":
        rule = "*" if self.rule == _IDENTITIES else key
        return _Place(f"{self.path}.{key}".lstrip("."), f"{self.rule}.{rule}".lstrip("."))

    def entry(self, index: int) -> "_Place":
        return _Place(f"{self.path}[{index}]", f"{self.rule}[]")


def compare(sent: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every difference, both ways; empty for a template that is what was sent.

    Lists compare by length and order. A member that only one side has is a difference unless `template_defaults` knows
    its value as the default. Every tag that was sent has to be there; others may be added, as policies do. Names of
    regions and resource ids have no case; all else compares exactly.
    """
    return tuple(_members(_Place(), sent, found))


def builder_on_build_vm(found: Mapping[str, Any]) -> bool:
    """Whether the template's identity is among the build VM's own: customizers could then act as the builder."""
    builders = (found.get("identity") or {}).get("userAssignedIdentities") or {}
    on_vm = ((found.get("properties") or {}).get("vmProfile") or {}).get("userAssignedIdentities") or ()
    return bool({str(one).lower() for one in builders} & {str(one).lower() for one in on_vm})


def _members(place: _Place, sent: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    ours, theirs = _keyed(place, sent), _keyed(place, found)
    for key in dict.fromkeys((*ours, *theirs)):
        below = place.member(key)
        if below.rule == "tags":
            yield from _tags(below, ours.get(key), theirs.get(key))
        elif below.rule not in READ_ONLY:
            yield from _values(below, ours.get(key, _ABSENT), theirs.get(key, _ABSENT))


def _values(place: _Place, sent: Any, found: Any) -> Iterator[Difference]:  # noqa: ANN401 - any JSON
    if isinstance(sent, Mapping) and isinstance(found, Mapping):
        yield from _members(place, sent, found)
    elif _is_list(sent) and _is_list(found):
        for index, (ours, theirs) in enumerate(zip_longest(sent, found, fillvalue=_ABSENT)):
            yield from _values(place.entry(index), ours, theirs)
    elif not _equal(place.rule, sent, found):
        yield Difference(path=place.path, sent=_shown(sent), found=_shown(found))


def _equal(rule: str, sent: object, found: object) -> bool:
    if _is_default(rule, sent) and (_is_default(rule, found) or _is_fetched_checksum(rule, found)):
        return True
    if isinstance(sent, str) and isinstance(found, str):
        return _spelled(rule, sent) == _spelled(rule, found)
    return _text(sent) == _text(found)


def _is_default(rule: str, value: object) -> bool:
    """Whether the value means the same as no value."""
    if value is _ABSENT:
        return True
    defaults = DEFAULTS.get(rule, ((), ""))[0]
    if isinstance(value, Mapping):
        place = _Place(rule, rule)
        return {} in defaults and all(
            _is_default(place.member(key).rule, one) for key, one in _keyed(place, value).items()
        )
    return any(_text(value) == _text(one) for one in defaults)


def _is_fetched_checksum(rule: str, value: object) -> bool:
    return rule in FETCHED_CHECKSUMS and isinstance(value, str) and _CHECKSUM.fullmatch(value) is not None


def _tags(place: _Place, sent: Any, found: Any) -> Iterator[Difference]:  # noqa: ANN401 - any JSON
    there = {str(name).lower(): value for name, value in (found or {}).items()}
    for name, value in (sent or {}).items():
        seen = there.get(str(name).lower(), _ABSENT)
        if _text(value) != _text(seen):
            yield Difference(path=f"{place.path}.{name}", sent=_shown(value), found=_shown(seen))


def _keyed(place: _Place, members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that have a value, by key; keys that are resource ids without case."""
    by_id = place.rule == _IDENTITIES
    return {str(key).lower() if by_id else str(key): value for key, value in members.items() if value is not None}


def _spelled(rule: str, text: str) -> str:
    if rule in REGIONS:
        return normalise_region(text)
    return text.lower() if rule in RESOURCE_IDS else text


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _text(value: object) -> str:
    """One spelling for one JSON value; `true` is not 1."""
    return "absent" if value is _ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "nothing"
    text = redact(_text(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
