"""String functions beyond the published pairs."""

import pytest

from armtemplate import TemplateFaults, Unknown, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[concat('a', null(), 1, false())]", "a1False"),
        ("[concat(createArray(1), createArray(), createArray(2))]", [1, 2]),
        ("[split('a--b-c', createArray('--', '-'))]", ["a", "b", "c"]),
        ("[split('abc', createArray())]", ["abc"]),
        ("[split('', ',')]", [""]),
        ("[join(createArray(1, createObject('a', 1)), ';')]", '1;{"a":1}'),
        ("[replace('aAa', 'a', 'b')]", "bAb"),
        ("[padLeft(-5, 4, '0')]", "00-5"),
        ("[toUpper('straße')]", "STRAßE"),
        ("[toLower('İ')]", "İ"),
        ("[startsWith('ABC', 'ab')]", True),
        ("[endsWith('abc', 'BC')]", True),
        ("[string(float('1.50'))]", "1.5"),
        ("[string(createArray(1, true(), null()))]", "[1,true,null]"),
        ("[like('abc', 'abc')]", True),
        ("[like('abcdef', 'a*c*')]", True),
        ("[like('OneTwoThree', '*two*')]", True),
        ("[like('OneTwoThree', 'Two*')]", False),
        ("[like('a.json.old.json', '*.json')]", True),
        ("[like('aba', 'ab*ba')]", False),
        ("[like('x', '**')]", True),
        ("[like('', '*')]", True),
        ("[like('ab', 'a?')]", False),
        ("[like('a-b-c', 'a*b*b*c')]", False),
        ("[trim(json('\"\\u00a0a\\u2003\"'))]", "a"),
    ],
)
def test_strings_come_out_as_dotnet_makes_them(expression: str, expected: Value) -> None:
    """Case folds one character for one, nulls vanish in concat, several delimiters split at the earliest."""
    assert evaluate_expression(expression) == expected


def test_lengths_and_places_count_utf_16_code_units() -> None:
    """A character outside the basic plane counts twice, and cutting on its border keeps it whole."""
    text = {"x": "a😀b"}
    assert evaluate_expression("[length(parameters('x'))]", parameters=text) == 4
    assert evaluate_expression("[substring(parameters('x'), 1, 2)]", parameters=text) == "😀"
    assert evaluate_expression("[indexOf(parameters('x'), 'b')]", parameters=text) == 3
    assert evaluate_expression("[skip(parameters('x'), 3)]", parameters=text) == "b"


@pytest.mark.parametrize(
    "expression",
    [
        "[padLeft('a', 3, 'xy')]",
        "[padLeft('a', -1)]",
        "[replace('a', '', 'b')]",
        "[concat(createObject())]",
        "[join('a', ',')]",
    ],
)
def test_what_strings_cannot_do_is_a_fault(expression: str) -> None:
    """Wrong kinds and impossible counts are refused, never guessed."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "[replace(parameters('x'), 'a', parameters('x'))]",
        "[join(range(0, 10000), parameters('x'))]",
        "[padLeft('a', 2000000000)]",
        "[concat(parameters('y'), parameters('y'), parameters('y'), parameters('y'), parameters('y'))]",
    ],
)
def test_a_result_larger_than_a_deployment_is_a_fault_before_it_is_made(expression: str) -> None:
    """Text that would outgrow four million characters is refused."""
    with pytest.raises(TemplateFaults, match=r"carry|longer"):
        evaluate_expression(expression, parameters={"x": "a" * 100_000, "y": "a" * 1_000_000})


def test_an_unknown_inside_an_argument_makes_the_text_unknown() -> None:
    """`string` of an object with an unknown in it is an unknown that prints the whole call."""
    value = evaluate_expression("[string(createObject('a', deployer().objectId))]")
    assert isinstance(value, Unknown)
    assert value.expression == "string(createObject('a', deployer().objectId))"
