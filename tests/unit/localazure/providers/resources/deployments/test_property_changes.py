"""How two states of a resource are told apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from localazure.providers.resources.deployments.property_changes import changes, merged

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"sku": {"name": "a"}}, {"sku": {"name": "b"}}, [("sku.name", "Modify")]),
        ({}, {"tags": {"a": "b"}}, [("tags", "Create")]),
        ({"tags": {"a": "b"}}, {}, [("tags", "Delete")]),
        ({"list": [1, 2]}, {"list": [1, 3]}, [("list", "Array")]),
        ({"id": "/subscriptions/A"}, {"id": "/Subscriptions/a"}, []),
    ],
)
def test_a_change_has_a_path_and_a_kind(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Nested members are told by their whole path; ids differ not by case."""
    assert [(change["path"], change["propertyChangeType"]) for change in changes(before, after)] == expected


def test_changes_inside_an_array_are_its_children() -> None:
    """By place: what is modified, and what comes to it."""
    before, after = {"rules": [{"port": 80}]}, {"rules": [{"port": 81}, {"port": 82}]}
    [change] = changes(before, after)
    assert [(child["path"], child["propertyChangeType"]) for child in change["children"]] == [
        ("0", "Modify"),
        ("1", "Create"),
    ]
    assert change["children"][0]["children"] == [
        {"path": "port", "propertyChangeType": "Modify", "before": 80, "after": 81}
    ]


@given(JSON)
def test_nothing_changes_into_itself(value: Any) -> None:  # noqa: ANN401 - any JSON
    """A state has no changes against itself, and merges with itself to itself."""
    assert changes(value, value, "x") == []
    assert merged(value, value) == value


@given(JSON, JSON)
def test_what_a_write_says_is_there_after_it(before: Any, after: Any) -> None:  # noqa: ANN401 - any JSON
    """Writing the same once more changes nothing."""
    once = merged(before, after)
    assert merged(once, after) == once
