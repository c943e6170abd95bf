"""The grammar of expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armtemplate.errors import ExpressionError
from armtemplate.expression_parser import parse_expression
from armtemplate.expressions import Call, Index, Literal, Property, is_expression, unescaped
from armtemplate.limits import EXPRESSION_CHARACTERS


@pytest.mark.parametrize(
    ("text", "expression", "literal"),
    [
        ("[a()]", True, "[a()]"),
        ("[[a()]", False, "[a()]"),
        ("[a", False, "[a"),
        ("[a] b", False, "[a] b"),
        ("[a]\n", False, "[a]\n"),
        ("[[a", False, "[[a"),
        ("[", False, "["),
        ("", False, ""),
    ],
)
def test_an_expression_starts_with_one_bracket_and_ends_with_one(text: str, expression: bool, literal: str) -> None:
    """Two brackets escape, and what does not end in a bracket is text."""
    assert is_expression(text) is expression
    if not expression:
        assert unescaped(text) == literal


def test_a_tree_carries_names_arguments_and_places() -> None:
    """Calls with and without namespace, members, indexes, literals."""
    parsed = parse_expression("[ns.Fn('it''s', -5).a['b'][0]]")
    index = parsed.root
    assert isinstance(index, Index)
    assert isinstance(index.target, Index)
    member = index.target.target
    assert isinstance(member, Property)
    call = member.target
    assert isinstance(call, Call)
    assert (call.name, call.key, call.start, call.end, member.name) == ("ns.Fn", "ns.fn", 1, 19, "a")
    assert [argument.value for argument in call.arguments if isinstance(argument, Literal)] == ["it's", -5]
    assert parsed.calls == (call,)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("[]", 1),
        ("[ ]", 2),
        ("[(a())]", 1),
        ("[a(]", 3),
        ("[a(,1)]", 3),
        ("[a(1,)]", 5),
        ("[a() + b()]", 5),
        ("[a('x]", 3),
        ("[a()b()]", 4),
        ("[a()]]", 5),
        ("[a.b.c()]", 4),
        ("[a().1]", 5),
        ('[a("x")]', 3),
        ("[a(1.5)]", 5),
        ("[a]", 2),
    ],
)
def test_what_does_not_fit_is_a_fault_at_its_character(text: str, offset: int) -> None:
    """The offset counts from the opening bracket."""
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert caught.value.offset == offset


@pytest.mark.parametrize("text", ["['x']", "[ 5 ]", "[concat (\n'a'\t,'b' ) . c [ 'd' ]]", "[_1.fn($x())]"])
def test_blanks_and_bare_literals_are_fine(text: str) -> None:
    """Blanks may stand between any two tokens."""
    assert parse_expression(text).text == text


@pytest.mark.parametrize(
    "text",
    ["[" + "a(" * 8_000 + ")" * 8_000 + "]", "[a()" + ".b" * 5_000 + "]", "[a('" + "x" * EXPRESSION_CHARACTERS + "')]"],
)
def test_depth_and_length_have_bounds(text: str) -> None:
    """Deep nesting and more than 24,576 characters are faults, not exhaustion."""
    with pytest.raises(ExpressionError, match=r"nested|characters"):
        parse_expression(text)


@given(st.text(alphabet="[]()'.,a1 -$\n\"", max_size=60))
def test_any_text_parses_or_faults(text: str) -> None:
    """Random text raises nothing but the package's own error, with a place inside the text."""
    place = _place_of_fault(f"[{text}]")
    assert place is None or 0 <= place <= len(text) + 2


def _place_of_fault(text: str) -> int | None:
    try:
        parse_expression(text)
    except ExpressionError as error:
        return len(text) + 99 if error.offset is None else error.offset
    return None
