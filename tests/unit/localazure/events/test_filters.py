"""Which events a subscription gets."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.events.event import Event
from localazure.events.filters import OPERATORS, expired, wanted

_EVENT = Event(
    id="1",
    type="Microsoft.Resources.ResourceWriteSuccess",
    subject="/subscriptions/S/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden",
    time="2026-11-21T12:00:00Z",
    topic="/subscriptions/S/resourceGroups/rg",
    data={
        "operationName": "Microsoft.Compute/galleries/write",
        "count": 7,
        "flag": True,
        "nothing": None,
        "list": ["a", "b"],
        "deep": {"er": "x"},
    },
)


def _passes(operator: str, key: str, **parts: Any) -> bool:  # noqa: ANN401 - any JSON
    filter_ = {"advancedFilters": [{"operatorType": operator, "key": key, **parts}]}
    return wanted(_EVENT, filter_)


@pytest.mark.parametrize(
    ("operator", "key", "parts", "passes"),
    [
        ("StringIn", "data.operationName", {"values": ["x", "MICROSOFT.compute/galleries/WRITE"]}, True),
        ("StringIn", "Data.OperationName", {"values": ["x"]}, False),
        ("StringNotIn", "data.operationName", {"values": ["x"]}, True),
        ("StringBeginsWith", "subject", {"values": ["/SUBSCRIPTIONS/"]}, True),
        ("StringNotBeginsWith", "subject", {"values": ["/x"]}, True),
        ("StringEndsWith", "subject", {"values": ["GOLDEN"]}, True),
        ("StringNotEndsWith", "subject", {"values": ["golden"]}, False),
        ("StringContains", "eventType", {"values": ["write"]}, True),
        ("StringNotContains", "topic", {"values": ["rg"]}, False),
        ("NumberIn", "data.count", {"values": [1, 7]}, True),
        ("NumberNotIn", "data.count", {"values": [7]}, False),
        ("NumberInRange", "data.count", {"values": [[1, 2], [6, 8]]}, True),
        ("NumberNotInRange", "data.count", {"values": [[1, 2]]}, True),
        ("NumberGreaterThan", "data.count", {"value": 7}, False),
        ("NumberGreaterThanOrEquals", "data.count", {"value": 7}, True),
        ("NumberLessThan", "data.count", {"value": 8}, True),
        ("NumberLessThanOrEquals", "data.count", {"value": 6}, False),
        ("BoolEquals", "data.flag", {"value": True}, True),
        ("BoolEquals", "data.count", {"value": True}, False),
        ("IsNullOrUndefined", "data.nothing", {}, True),
        ("IsNullOrUndefined", "data.absent", {}, True),
        ("IsNotNull", "data.count", {}, True),
        ("StringIn", "data.deep.er", {"values": ["x"]}, True),
        ("StringIn", "data.count", {"values": ["7"]}, False),
        ("StringNotIn", "data.absent", {"values": ["x"]}, True),
        ("NumberIn", "data.flag", {"values": [1]}, False),
    ],
)
def test_operators_mean_what_is_documented(operator: str, key: str, parts: dict[str, Any], passes: bool) -> None:
    """Each operator on a present, absent or differently typed value; capitals do not matter."""
    assert _passes(operator, key, **parts) is passes


def test_every_operator_has_a_case() -> None:
    """The table above leaves no operator out."""
    marks = getattr(test_operators_mean_what_is_documented, "pytestmark", [])
    cases = {case[0].lower() for case in marks[0].args[1]}

    assert cases == OPERATORS


def test_arrays_are_looked_into_only_when_asked() -> None:
    """A list matches by one of its entries where filtering on arrays is on."""
    filter_ = {"advancedFilters": [{"operatorType": "StringIn", "key": "data.list", "values": ["b"]}]}

    assert not wanted(_EVENT, filter_)
    assert wanted(_EVENT, {**filter_, "enableAdvancedFilteringOnArrays": True})


def test_several_filters_all_have_to_hold() -> None:
    """Filters are joined by and, the values of one by or."""
    holds = {"operatorType": "NumberIn", "key": "data.count", "values": [7]}
    fails = {"operatorType": "NumberIn", "key": "data.count", "values": [8]}

    assert wanted(_EVENT, {"advancedFilters": [holds, holds]})
    assert not wanted(_EVENT, {"advancedFilters": [holds, fails]})


@pytest.mark.parametrize(
    ("filter_", "passes"),
    [
        ({}, True),
        ({"includedEventTypes": ["all"]}, True),
        ({"includedEventTypes": None}, True),
        ({"includedEventTypes": ["microsoft.resources.RESOURCEWRITESUCCESS"]}, True),
        ({"includedEventTypes": ["Microsoft.Resources.ResourceDeleteSuccess"]}, False),
        ({"subjectBeginsWith": "/SUBSCRIPTIONS/s/"}, True),
        ({"subjectBeginsWith": "/SUBSCRIPTIONS/s/", "isSubjectCaseSensitive": True}, False),
        ({"subjectEndsWith": "/golden", "isSubjectCaseSensitive": True}, True),
        ({"subjectEndsWith": "/other"}, False),
    ],
)
def test_types_and_subjects(filter_: dict[str, Any], passes: bool) -> None:
    """Event types and the ends of the subject, with and without regard to case."""
    assert wanted(_EVENT, filter_) is passes


def test_expired_subscription() -> None:
    """A subscription gets nothing from its expiration on."""
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert expired({"expirationTimeUtc": "2026-11-21T12:00:00Z"}, now)
    assert not expired({"expirationTimeUtc": "2026-11-21T12:00:01Z"}, now)
    assert not expired({}, now)


@given(key=st.text(max_size=30), value=st.none() | st.text(max_size=5) | st.integers())
def test_any_key_is_answered(key: str, value: object) -> None:
    """Whatever the key, a filter passes or does not, and never breaks."""
    for operator in ("StringIn", "NumberGreaterThan", "IsNotNull"):
        assert _passes(operator, key, values=[value], value=value) in {True, False}
