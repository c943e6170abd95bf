"""Conversions between kinds."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression
from armtemplate.json_types import Value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[bool('TRUE')]", True),
        ("[bool(-1)]", True),
        ("[int(' 42 ')]", 42),
        ("[int('-7')]", -7),
        ("[int(float('3.0'))]", 3),
        ("[float(2)]", 2.0),
        ("[float('1e3')]", 1000.0),
        ("[array(null())]", [None]),
        ("[json(' {''a'': [1, 2,], /* c */ } ')]", {"a": [1, 2]}),
        ("[json('true')]", True),
        ("[base64ToString('aGk')]", None),
        ("[base64ToJson(base64('{''a'':1}'))]", {"a": 1}),
        ("[dataUriToString('data:text/plain,a%20b')]", "a b"),
        ("[dataUriToString('data:text/plain;charset=utf8;base64,aGk=')]", "hi"),
        ("[dataUriToString('DATA:;charset=us-ascii;base64,aGk=')]", "hi"),
    ],
)
def test_conversions_take_what_dotnet_takes(expression: str, expected: Value) -> None:
    """Blanks around numbers, single quotes in JSON, charsets in data URIs; unpadded base64 is refused."""
    if expected is None:
        with pytest.raises(TemplateFaults):
            evaluate_expression(expression)
    else:
        assert evaluate_expression(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "[bool('yes')]",
        "[bool(createArray())]",
        "[int('1_000')]",
        "[int('9223372036854775808')]",
        "[int(float('1.5'))]",
        "[float('nan')]",
        "[float('1_0.0')]",
        "[json('')]",
        "[json('[1,2')]",
        "[base64ToJson(base64('nope'))]",
        "[dataUriToString('aGk=')]",
        "[dataUriToString('data:;base64,###')]",
        "[dataUriToString('data:;charset=ebcdic,x')]",
    ],
)
def test_what_cannot_be_converted_is_a_fault(expression: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(TemplateFaults):
        evaluate_expression(expression)
