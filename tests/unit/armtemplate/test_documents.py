"""JSON as it exists, with the place of everything in it."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armtemplate import Fault, TemplateFaults, parse_json
from armtemplate.json_types import Value

type FaultsOf = Callable[[Callable[[], Value]], tuple[Fault, ...]]

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2,], // c\n /* d */ "b": {},}', {"a": [1, 2], "b": {}}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{\r\n"a": "x\r\ny"}', {"a": "x\r\ny"}),
        ('{"a": "line\n  two"}', {"a": "line\n  two"}),
        ("{'a': 'it\\'s \"x\"', b: null}", {"a": 'it\'s "x"', "b": None}),
        ('{"r": [<region>]}', {"r": ["<region>"]}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("[1e2, -0.5, 12345678901234567890]", [100.0, -0.5, 12345678901234567890]),
        ('"\\u00e9\\n\\/"', "é\n/"),
        ('"// no comment"', "// no comment"),
        ('["a" /* , */ , // it\'s\n ]', ["a"]),
        ('{"a": "x,}" ,\n}', {"a": "x,}"}),
    ],
)
def test_json_is_read_as_azure_s_tools_read_it(text: str, expected: Value) -> None:
    """Comments, trailing commas, marks, line breaks in strings, single quotes and bare placeholders are accepted."""
    assert parse_json(text).value == expected


def test_bytes_in_any_unicode_encoding_are_read() -> None:
    """UTF-8 with and without a mark, UTF-16 with one."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert parse_json('{"a": "é"}'.encode(encoding)).value == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a" 1}', (1, 6), "expected ':'"),
        ('{\n "a": "x" + "y"\n}', (2, 11), "no operators"),
        ('{"a": "x', (1, 7), "never closed"),
        ('{"a": [1', (1, 9), "ends in the middle"),
        ("", (1, 1), "empty"),
        ("[tru]", (1, 2), "double quotes"),
        ('["\\d"]', (1, 3), "escape"),
        ("[01]", (1, 2), "unexpected"),
        ("[1e999]", (1, 2), "too large"),
        ("[,]", (1, 2), "unexpected"),
        ("[1,,]", (1, 4), "unexpected"),
        ("[NaN]", (1, 2), "double quotes"),
        ("// c\n[1 2]", (2, 4), "unexpected"),
        ("{} {}", (1, 4), "the end of the file"),
    ],
)
def test_what_is_no_json_is_a_fault_with_its_place(
    text: str, place: tuple[int, int], message: str, faults_of: FaultsOf
) -> None:
    """Line and column count from 1, and the message says what was expected."""
    (fault,) = faults_of(lambda: parse_json(text, file="f.json"))
    assert (fault.file, fault.line, fault.column) == ("f.json", *place)
    assert message in fault.message


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 600 + "]" * 600, '{"a":' * 5_000])
def test_depth_is_a_fault_and_never_exhausts_the_stack(text: str) -> None:
    """However deep the nesting, reading ends in a fault."""
    with pytest.raises(TemplateFaults):
        parse_json(text)


def test_a_text_of_more_than_four_megabytes_is_a_fault() -> None:
    """Azure takes no more."""
    with pytest.raises(TemplateFaults, match="4194304"):
        parse_json('"' + "a" * (4 * 1024 * 1024) + '"')


def test_bytes_that_are_no_text_are_a_fault() -> None:
    """A byte that no encoding explains is named."""
    with pytest.raises(TemplateFaults, match="byte 1"):
        parse_json(b"[\xff]")


def test_every_value_has_its_place() -> None:
    """Positions of members and items; a path that leads nowhere gives the nearest thing above."""
    document = parse_json('{\n  "a": [\n    1,\n    {"b": true}\n  ]\n}', file="f.json")
    assert str(document.position(("a", 1, "b"))) == "f.json:4:11"
    assert str(document.position(("a", 0))) == "f.json:3:5"
    assert str(document.position(("a", 9))) == "f.json:2:8"
    assert str(document.position()) == "f.json:1:1"


@given(st.text(max_size=200))
def test_any_text_is_read_or_faulted(text: str) -> None:
    """Random text raises nothing but faults."""
    with suppress(TemplateFaults):
        parse_json(text)


@given(_JSON)
def test_strict_json_reads_back_as_it_was(value: Value) -> None:
    """What the standard library writes comes back equal."""
    import json

    assert parse_json(json.dumps(value)).value == value


@pytest.mark.parametrize("text", ["[" * 4_000_000, '{"a":' * 500_000, "[" * 600 + "]" * 600])
def test_what_is_nested_too_deeply_is_refused_where_it_becomes_so(text: str) -> None:
    """The 513th level is named before anything behind it is read; brackets in strings and comments do not count."""
    with pytest.raises(TemplateFaults, match="512 levels") as caught:
        parse_json(text)
    assert caught.value.faults[0].line == 1
    assert parse_json('{"a": "' + "[{" * 600 + '" /* ' + "[" * 600 + " */}").value == {"a": "[{" * 600}
