"""YAML with places and variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegate.errors import InputError
from imagegate.settings.yaml_document import Mark, format_path, read_yaml


def _read(text: str, **environment: str) -> object:
    document = read_yaml(text, file="f.yaml", environment=environment)
    assert document.faults == []
    return document.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a: "${X}"', "5"),
        ("a: ${X}", 5),
        ("a: v${X}", "v5"),
        ("a: ${YES}", True),
        ("a: '${NONE:-fallback}'", "fallback"),
        ("a: '${NONE:-}'", ""),
        ("a: ${EMPTY:-fallback}", "fallback"),
        ("a: $$X and $X", "$X and $X"),
        ("a: '${X}${X}'", "55"),
    ],
)
def test_variables(text: str, value: object) -> None:
    """`${NAME}` is filled in; unquoted it may become a number or a boolean; `$$` is a dollar sign."""
    assert _read(text, X="5", YES="true", EMPTY="") == {"a": value}


def test_a_variable_is_not_yaml() -> None:
    """What is in a variable cannot add keys or change the document's shape."""
    assert _read("a: ${X}\nb: 1", X="1\nc: [") == {"a": "1\nc: [", "b": 1}


def test_unset_and_stray() -> None:
    """An unset variable and a broken one are faults at their place; the rest is still read."""
    document = read_yaml("a: 1\nb: ${GONE}\nc: ${-}", file="f.yaml", environment={})

    assert [(fault.line, fault.column, fault.path) for fault in document.faults] == [(2, 4, "b"), (3, 4, "c")]
    assert document.value["a"] == 1


def test_places() -> None:
    """Keys and values are found by their path."""
    document = read_yaml("a:\n  - x: 1\n  - y\n", file="f.yaml", environment={})

    assert document.values["a", 0, "x"] == Mark(line=2, column=8)
    assert document.keys["a", 0, "x"] == Mark(line=2, column=5)
    assert format_path(("a", 0, "x")) == "a[0].x"


def test_dates_stay_text() -> None:
    """YAML's dates are no JSON; what was written is what was meant."""
    assert _read("a: 2026-01-02\nb: 1.5\nc: null\nd: yes") == {"a": "2026-01-02", "b": 1.5, "c": None, "d": True}


def test_merge_keys_are_followed() -> None:
    """Anchors and merge keys work as YAML has them."""
    assert _read("base: &b {x: 1}\na:\n  <<: *b\n  y: 2") == {"base": {"x": 1}, "a": {"x": 1, "y": 2}}


def test_a_document_that_contains_itself() -> None:
    """A recursive anchor is a fault, not an endless loop."""
    document = read_yaml("a: &x [*x]", file="f.yaml", environment={})

    assert "contains itself" in document.faults[0].message


def test_a_document_that_grows_without_end() -> None:
    """Anchors upon anchors are cut off."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    document = read_yaml("\n".join(lines), file="f.yaml", environment={})

    assert "far too large" in document.faults[0].message


@pytest.mark.parametrize(
    "text", ["a: [", "[" * 9000, "a: b: c", "\t", "a: *nowhere", "a: !!python/object:x y"], ids=range(6)
)
def test_what_is_no_yaml(text: str) -> None:
    """A syntax error is one fault with its place; a foreign tag is none of our business either."""
    try:
        document = read_yaml(text, file="f.yaml", environment={})
        faults = tuple(document.faults)
    except InputError as error:
        faults = error.faults

    assert len(faults) == 1
    assert faults[0].line in {1, None}


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever stands in the file, it is read or it is an input error."""
    try:
        read_yaml(text, file="f.yaml", environment={})
    except InputError as error:
        assert error.faults  # noqa: PT017 - both ends are right


def test_merge_keys_cost_no_more_than_their_text() -> None:
    """Merge keys that double at each level are merged once each."""
    lines = ["a: &a {x: 1}"]
    for level in range(40):
        before = f"b{level - 1}" if level else "a"
        lines.append(f"b{level}: &b{level} {{<<: [*{before}, *{before}]}}")

    document = read_yaml("\n".join(lines), file="f.yaml", environment={})

    assert document.faults == []
    assert document.value["b39"] == {"x": 1}


def test_merge_order() -> None:
    """The mapping's own key counts before merged ones, and of a list the first mapping."""
    text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b], y: 3}"

    assert _read(text)["c"] == {"x": 1, "y": 3, "z": 2}  # type: ignore[index]


@pytest.mark.parametrize("text", ["a: &a text\nb: {<<: *a}", "a: {<<: [1]}", "a: &a {<<: *a}"])
def test_merging_what_cannot_be_merged(text: str) -> None:
    """A text or a number in the place of a mapping is a fault with its place; a mapping that merges itself is empty."""
    document = read_yaml(text, file="f.yaml", environment={})

    assert [fault.message for fault in document.faults] in ([], ["only mappings can be merged in"])
    assert all(fault.line and fault.column for fault in document.faults)


def test_what_the_file_may_not_read() -> None:
    """The place of a variable and its name decide; the value is not filled in."""
    document = read_yaml(
        "azure: {a: '${KNOWN}', b: '${SECRET}'}\nsmoke: ['${KNOWN}']",
        file="f.yaml",
        environment={"KNOWN": "k", "SECRET": "s"},
        variables=lambda place, name: (
            None if (place, name) == ("azure", "KNOWN") else (f"no {name} in {place}", "hint")
        ),
    )

    assert document.value == {"azure": {"a": "k", "b": "${SECRET}"}, "smoke": ["${KNOWN}"]}
    assert [fault.message for fault in document.faults] == ["no SECRET in azure", "no KNOWN in smoke"]
