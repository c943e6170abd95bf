"""One fault's document: what it may say, and what is told about everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.control import fault
from localazure.control.fault_kinds import EVERY_KEY, KINDS
from localazure.control.problems import InvalidControl

OPERATIONS = ("VirtualMachineImageTemplates_Run", "VirtualMachines_CreateOrUpdate")
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    "document",
    [{}, {"path": "x"}, {"path": "(", "status": 500}, {"path": "x", "status": "many"}, {"status": 500}, [], "x", None],
)
def test_what_is_no_fault_is_told(document: object) -> None:
    """InvalidFault, instead of a fault that never happens."""
    with pytest.raises(InvalidControl, match="InvalidFault"):
        fault.read(document)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"kind": "unavailble", "path": "x"},
            "there is no kind of fault 'unavailble': did you mean 'unavailable'?",
        ),
        (
            {"kind": "unavailable", "path": "x", "time": 2},
            "takes no `time`: did you mean 'times'?",
        ),
        ({"kind": "slow", "path": "x", "moment": "after"}, "takes no `moment` (it belongs to other kinds of fault)"),
        ({"kind": "slow", "operation": "VirtualMachines_Create"}, "did you mean 'VirtualMachines_CreateOrUpdate'?"),
        ({"kind": "slow"}, "a fault needs `operation` (a name of docs/coverage.md) or `path`"),
        ({"kind": "disallowed-by-policy"}, "this kind of fault needs `operation`"),
        ({"kind": "rejected", "path": "x", "status": 409}, "this kind of fault needs `code`"),
        ({"kind": "unavailable", "path": "x", "moment": "later"}, "neither `before` nor `after`"),
        ({"kind": "unavailable", "path": "x", "probability": 2}, "no number between 0 and 1"),
        ({"kind": "unavailable", "path": "x", "times": -1}, "neither a count nor `always`"),
    ],
)
def test_the_hint_says_what_was_meant(document: dict[str, object], said: str) -> None:
    """Each problem names its place and, where there is one, the nearest word."""
    with pytest.raises(InvalidControl) as raised:
        fault.read(document, OPERATIONS)
    assert said in raised.value.message


def test_every_problem_is_told_at_once() -> None:
    """Four problems, four details."""
    with pytest.raises(InvalidControl) as raised:
        fault.read({"kind": "slow", "operation": "Nothing", "delay_s": -1, "times": 1.5, "merge": {}}, OPERATIONS)
    assert {problem.target for problem in raised.value.problems} == {"operation", "delay_s", "times", "merge"}
    assert len(raised.value.envelope()["error"]["details"]) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_asked_for(kind: str) -> None:
    """With what it needs and nothing else, and its own refusal is whole."""
    needed = {"status": 418, "code": "Teapot", "operation": "*"}
    document = {"kind": kind, "operation": "*"} | {name: needed[name] for name in KINDS[kind].needs}
    read = fault.read(document)
    if KINDS[kind].reach == "wire" and "status" in KINDS[kind].defaults:
        assert read.error().envelope()["error"]["message"]
        assert read.error().status >= 429


def test_retry_after_is_a_header() -> None:
    """In seconds, and a header that is given itself wins."""
    assert fault.read({"kind": "throttled", "path": "x", "retry_after_s": 7}).error().headers == {"Retry-After": "7"}
    given = fault.read({"kind": "throttled", "path": "x", "headers": {"Retry-After": "1"}})
    assert given.error().headers == {"Retry-After": "1"}


@given(st.dictionaries(st.sampled_from(sorted(EVERY_KEY)) | st.text(max_size=8), _JSON, max_size=6))
def test_any_document_is_a_fault_or_told(document: dict[str, object]) -> None:
    """Nothing but InvalidControl comes out of reading, and that when there are problems."""
    problems = fault.problems(document)
    if problems:
        with pytest.raises(InvalidControl):
            fault.read(document)
    else:
        assert fault.read(document).kind in KINDS
