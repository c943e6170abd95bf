"""The places of values in strict JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from armtemplate.json_grammar import read_json
from armtemplate.json_marks import Mark, strict_marks
from armtemplate.json_types import Value

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=20,
)


def _places(mark: Mark) -> Value:
    if mark.members is not None:
        return {name: [offset, _places(below)] for name, (offset, below) in mark.members.items()}
    return [mark.offset, [_places(below) for below in mark.items or []]]


@given(_JSON, st.sampled_from([None, 1]), st.booleans())
def test_the_marks_are_those_of_the_grammar(value: Value, indent: int | None, escaped: bool) -> None:
    """A name in single quotes makes the grammar read the same text: every mark is the same."""
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)
    _, found = read_json(f"{{'a':{text}}}")
    assert _places(found()) == _places(strict_marks(f'{{"a":{text}}}'))


def test_an_escaped_name_is_known_by_what_it_means() -> None:
    """The mark of a member stands under the decoded name; of names that occur twice the last one counts."""
    mark = strict_marks('{"a\\u0062": 1, "c": 2, "c": [3]}')
    assert mark.members is not None
    assert {name: below.offset for name, (_, below) in mark.members.items()} == {"ab": 12, "c": 28}
