"""Places in a document are read and changed, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.places import GONE, changed_at, value_at, values_at

_DOCUMENT: dict[str, Any] = {"a": {"b": [{"c": 1}, {"c": 2}]}, "d": "text"}


@pytest.mark.parametrize(
    ("place", "found"),
    [("a.b[0].c", [1]), ("a.b[].c", [1, 2]), ("d", ["text"]), ("a.x", []), ("a.b[7].c", []), ("d.e", [])],
)
def test_a_place_is_read(place: str, found: list[Any]) -> None:
    """A name, an index, every element; what is not there is no value."""
    assert values_at(_DOCUMENT, place) == found
    assert value_at(_DOCUMENT, place) == next(iter(found), None)


@pytest.mark.parametrize(
    ("place", "value", "after"),
    [
        ("a.b[1].c", 9, {"a": {"b": [{"c": 1}, {"c": 9}]}, "d": "text"}),
        ("a.b[].c", 9, {"a": {"b": [{"c": 9}, {"c": 9}]}, "d": "text"}),
        ("e.f", 9, {**_DOCUMENT, "e": {"f": 9}}),
        ("a", GONE, {"d": "text"}),
        ("", 9, 9),
    ],
)
def test_a_place_is_changed(place: str, value: object, after: object) -> None:
    """The copy has the value there, a place that was not there is made, and the document stays as it was."""
    before = str(_DOCUMENT)

    assert changed_at(_DOCUMENT, place, lambda _: value) == after
    assert str(_DOCUMENT) == before
