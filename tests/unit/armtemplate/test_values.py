"""Equality, order and text of values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armtemplate.json_types import Value
from armtemplate.values import (
    as_text,
    code_units,
    compact_json,
    compare_text,
    equal,
    fingerprint,
    from_code_units,
    sorted_by_name,
    utf8,
)

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, 1.0, 0.5])
    | st.text(alphabet="ab1", max_size=1),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), below, max_size=2),
    max_leaves=4,
)


@given(_VALUES, _VALUES)
def test_values_are_equal_exactly_when_their_fingerprints_are(left: Value, right: Value) -> None:
    """The quick way to find repetitions agrees with deep equality."""
    assert equal(left, right) == (fingerprint(left) == fingerprint(right))


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_text_has_one_order(a: str, b: str, c: str) -> None:
    """Comparing is antisymmetric and transitive, and only equal texts compare as equal."""
    assert compare_text(a, b) == -compare_text(b, a)
    assert (compare_text(a, b) == 0) == (a == b)
    first, second, third = sorted_by_name([a, b, c], lambda text: text)
    assert compare_text(first, second) <= 0
    assert compare_text(second, third) <= 0
    assert compare_text(first, third) <= 0


@given(st.text())
def test_code_units_go_back_to_the_same_text(text: str) -> None:
    """Whatever the plane of its characters."""
    assert from_code_units(code_units(text)) == text


def test_half_a_character_becomes_the_replacement_character() -> None:
    """As .NET encodes it."""
    assert utf8("a\ud800b") == "a\ufffdb".encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (2.0, "2"),
        (1e20, "1E+20"),
        (1e-7, "1E-07"),
        (None, ""),
        (False, "False"),
        ({"a": [None, True]}, '{"a":[null,true]}'),
    ],
)
def test_texts_are_dotnet_s(value: Value, text: str) -> None:
    """Numbers without superfluous digits, JSON without blanks."""
    assert as_text(value) == text


def test_json_escapes_line_breaks_that_dotnet_escapes() -> None:
    """U+0085, U+2028 and U+2029; other characters stand as they are."""
    assert compact_json("é\x85\u2028") == '"é\\u0085\\u2028"'
