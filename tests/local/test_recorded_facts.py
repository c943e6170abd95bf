"""Every operation that recordings show has been answered as recorded; without the recordings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recorded_facts import RecordedFacts

_HERE = Path(__file__).parent
_DRIVERS = ("sdk", "function_app", "test_survival.py")  # what calls every operation, and what meets every difference
_TYPES = {"array", "boolean", "number", "object", "string"}
_TABLE = {
    "Gallery_Get": {
        "statuses": {"200": "cache-control etag?"},
        "fields": {"id": "string", "list": "array", "list[]": "object", "list[].n": "number", "note": "string?"},
    },
    "Gallery_Delete": {"statuses": {"202": "cache-control location"}, "fields": {}},
}
_ANSWER = {"id": "/a", "list": [{"n": 1}]}


def _needs_all(request: pytest.FixtureRequest) -> None:
    running = {part for item in request.session.items for part in item.path.parts}
    if not running.issuperset(_DRIVERS):
        pytest.skip(f"asks about all of tests/local together; not all of it runs: {', '.join(_DRIVERS)}")


def test_every_recorded_operation_was_answered(recorded_facts: RecordedFacts, request: pytest.FixtureRequest) -> None:
    """Each operation that recordings show was called with success; every answer was held to status, headers, fields."""
    _needs_all(request)

    assert len(recorded_facts.operations) > 100
    assert sorted(set(recorded_facts.operations) - recorded_facts.answered) == []


def test_argued_differences_are_there(recorded_facts: RecordedFacts, request: pytest.FixtureRequest) -> None:
    """No difference from the recordings stays on the list once it is gone, and each says why it is there."""
    listed = json.loads((_HERE / "recorded_differences.json").read_text())
    assert all(len(reason) > 15 for part in ("differences", "momentary") for reason in listed[part].values())
    _needs_all(request)

    assert sorted(set(listed["differences"]) - recorded_facts.met) == []


def test_facts_are_names_and_types(recorded_facts: RecordedFacts) -> None:
    """The table has names and types only: no value, no id, no text of a recording."""
    for facts in recorded_facts.operations.values():
        assert all(re.fullmatch(r"([a-z-]+\??( |$))*", shown) for shown in facts.statuses.values())
        assert all(re.fullmatch(r"(\.?\w+|\[\]|\{\})+", place) for place in facts.fields)
        assert {kind.removesuffix("?") for kind in facts.fields.values()} <= _TYPES


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (200, {}, _ANSWER, ""),
        (200, {"ETag": "x"}, {**_ANSWER, "note": None, "list": []}, ""),
        (201, {}, _ANSWER, "status 201"),
        (200, {"Location": "x"}, _ANSWER, "extra header location"),
        (200, {}, {"list": []}, "missing field id"),
        (200, {}, {**_ANSWER, "list": [{}]}, "missing field list[].n"),
        (200, {}, {**_ANSWER, "other": {"deep": 1}}, "extra field other"),
        (200, {}, {**_ANSWER, "id": 3}, "type of id: number, not string"),
        (404, {}, {"code": "NotFound"}, "status 404: not ARM's error envelope: {'code': 'NotFound'}"),
        (404, {}, {"error": {"code": "NotFound", "message": "It is not there."}}, ""),
    ],
)
def test_an_answer_that_is_otherwise_is_noticed(status: int, headers: dict[str, str], body: Any, fault: str) -> None:  # noqa: ANN401
    """Each way to leave what is shown is one fault; a null is as good as nothing."""
    given = {"Cache-Control": "no-cache", **headers}
    found = list(RecordedFacts(_TABLE, {}).judge("Gallery_Get", status, given, json.dumps(body).encode()))

    assert found == ([f"Gallery_Get {fault}"] if fault else [])


def test_a_header_that_every_answer_has_is_missed() -> None:
    """A header that all recorded answers have is wanted; one that some have is not."""
    found = list(RecordedFacts(_TABLE, {}).judge("Gallery_Get", 200, {}, json.dumps(_ANSWER).encode()))

    assert found == ["Gallery_Get missing header cache-control"]


def test_an_argued_difference_is_met() -> None:
    """A fault that the list has is none; the list remembers that it was there."""
    facts = RecordedFacts(_TABLE, {"Gallery_* extra field list[].*": "argued"})

    assert not list(
        facts.judge("Gallery_Get", 200, {"Cache-Control": "x"}, b'{"id": "/a", "list": [{"n": 1, "m": 2}]}')
    )
    assert facts.met == {"Gallery_* extra field list[].*"}
