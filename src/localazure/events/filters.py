"""Which events a subscription asks for.

Source: Event Grid documentation, "Understand event filtering": string comparisons do not mind capitals; several values
of a filter are alternatives, several filters all have to hold; a missing key is an absent value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from localazure.events.event import Event

_ABSENT = object()


def wanted(event: Event, filter_: Mapping[str, Any]) -> bool:
    """Whether an event passes a subscription's filter (its `properties.filter`)."""
    return (
        _type_wanted(event, filter_.get("includedEventTypes"))
        and _subject_wanted(event, filter_)
        and all(
            _holds(entry, event, arrays=bool(filter_.get("enableAdvancedFilteringOnArrays")))
            for entry in filter_.get("advancedFilters") or []
        )
    )


def expired(properties: Mapping[str, Any], now: datetime) -> bool:
    """Whether a subscription's expiration time has come."""
    text = properties.get("expirationTimeUtc")
    return bool(text) and datetime.fromisoformat(str(text)) <= now


def _type_wanted(event: Event, included: list[str] | None) -> bool:
    if not included or [word.lower() for word in included] == ["all"]:
        return True
    return event.type.lower() in {word.lower() for word in included}


def _subject_wanted(event: Event, filter_: Mapping[str, Any]) -> bool:
    begin, end = str(filter_.get("subjectBeginsWith") or ""), str(filter_.get("subjectEndsWith") or "")
    subject = event.subject
    if not filter_.get("isSubjectCaseSensitive"):
        subject, begin, end = subject.lower(), begin.lower(), end.lower()
    return subject.startswith(begin) and subject.endswith(end)


def _holds(entry: Mapping[str, Any], event: Event, *, arrays: bool) -> bool:
    found = _value(event, str(entry.get("key", "")))
    operator = str(entry.get("operatorType", "")).lower()
    if operator in {"isnullorundefined", "isnotnull"}:
        return (found is _ABSENT or found is None) == (operator == "isnullorundefined")
    negative = operator in _NEGATIVE
    test = _TESTS[_NEGATIVE.get(operator, operator)]
    values = entry.get("values") if "values" in entry else [entry.get("value")]
    candidates = found if arrays and isinstance(found, list) else [found]
    hit = any(test(candidate, value) for candidate in candidates for value in values or [])
    return hit != negative


def _value(event: Event, key: str) -> Any:  # noqa: ANN401 - any JSON
    """The value under a key such as `subject` or `data.operationName`; names do not mind capitals."""
    document: Any = {**event.to_cloud_event(), **event.to_event_grid()}
    for name in key.split("."):
        if not isinstance(document, Mapping):
            return _ABSENT
        document = next((value for known, value in document.items() if known.lower() == name.lower()), _ABSENT)
    return document


def _on_text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda found, value: isinstance(found, str) and test(found.lower(), str(value).lower())


def _on_numbers(test: Callable[[float, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda found, value: (
        isinstance(found, int | float) and not isinstance(found, bool) and value is not None and test(found, value)
    )


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "stringin": _on_text(lambda found, value: found == value),
    "stringbeginswith": _on_text(lambda found, value: found.startswith(value)),
    "stringendswith": _on_text(lambda found, value: found.endswith(value)),
    "stringcontains": _on_text(lambda found, value: value in found),
    "numberin": _on_numbers(lambda found, value: found == value),
    "numberinrange": _on_numbers(lambda found, value: value[0] <= found <= value[1]),
    "numbergreaterthan": _on_numbers(lambda found, value: found > value),
    "numbergreaterthanorequals": _on_numbers(lambda found, value: found >= value),
    "numberlessthan": _on_numbers(lambda found, value: found < value),
    "numberlessthanorequals": _on_numbers(lambda found, value: found <= value),
    "boolequals": lambda found, value: isinstance(found, bool) and found == value,
}
_NEGATIVE = {
    "stringnotin": "stringin",
    "stringnotbeginswith": "stringbeginswith",
    "stringnotendswith": "stringendswith",
    "stringnotcontains": "stringcontains",
    "numbernotin": "numberin",
    "numbernotinrange": "numberinrange",
}
OPERATORS = frozenset({*_TESTS, *_NEGATIVE, "isnullorundefined", "isnotnull"})
