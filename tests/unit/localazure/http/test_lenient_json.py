"""Request bodies in JSON, and in the JSON that `az` sends."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.http.lenient_json import parse

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON)
def test_json_is_json(value: object) -> None:
    """Strict JSON is read as the standard library reads it."""
    assert parse(json.dumps(value).encode()) == value


def test_a_pasted_template_is_read() -> None:
    """A bare `template` key and comments in the template (recorded)."""
    raw = b'{"properties": {"mode": "Incremental", template:{"a": [1, 2], /* c */ "b": "//x" // d\n}}}'
    assert parse(raw) == {"properties": {"mode": "Incremental", "template": {"a": [1, 2], "b": "//x"}}}


@given(st.binary())
def test_what_is_no_json_is_a_value_error(raw: bytes) -> None:
    """Any bytes give a value or a ValueError, nothing else."""
    try:
        parse(raw)
    except ValueError:
        return


@pytest.mark.parametrize("raw", [b"{", b"{template: }", b"{a b} // x", b"\xff\xfe // "])
def test_nonsense_stays_nonsense(raw: bytes) -> None:
    """Leniency ends at what comments and the bare key explain."""
    with pytest.raises(ValueError, match=r".*"):
        parse(raw)
