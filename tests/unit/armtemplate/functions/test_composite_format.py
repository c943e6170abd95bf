"""Composite formatting as .NET does it."""

import pytest

from armtemplate import TemplateFaults, evaluate_expression


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("{0,5}|", "7", "    7|"),
        ("{0,-5}|", "7", "7    |"),
        ("{0,4:D2}|", "7", "  07|"),
        ("{0:N0}", "1234567", "1,234,567"),
        ("{0:N}", "-1234", "-1,234.00"),
        ("{0:F1}", "12", "12.0"),
        ("{0:D5}", "-42", "-00042"),
        ("{0:X}", "255", "FF"),
        ("{0:x4}", "255", "00ff"),
        ("{0:X}", "-1", "FFFFFFFFFFFFFFFF"),
        ("{0:E2}", "12345", "1.23E+004"),
        ("{0:P0}", "1", "100 %"),
        ("{0:C}", "-5", "(¤5.00)"),
        ("{0:G3}", "123456", "1.23E+05"),
        ("{0:000}", "7", "007"),
        ("{0:#,##0.00}", "1234567", "1,234,567.00"),
        ("{0:0,}", "1234567", "1235"),
        ("{0:#;minus #;none}", "-3", "minus 3"),
        ("{0:#;minus #;none}", "0", "none"),
        ("{0:0%}", "2", "200%"),
        ("{0:'n' 0}", "3", "n 3"),
        ("{0:B}", "5", "101"),
        ("{0:R}", "5", "5"),
        ("{{{0}}}", "1", "{1}"),
    ],
)
def test_integers_obey_standard_and_custom_styles(pattern: str, value: str, expected: str) -> None:
    """Alignment, standard letters and custom patterns give the invariant culture's text."""
    quoted = pattern.replace("'", "''")
    assert evaluate_expression(f"[format('{quoted}', {value})]") == expected


@pytest.mark.parametrize(
    "pattern", ["{", "}", "{0", "{}", "{a}", "{0,}", "{-1}", "{1}", "{0:Y}", "{0{1}}", "{99999999}"]
)
def test_a_broken_pattern_is_a_fault(pattern: str) -> None:
    """Lone braces, missing or impossible indexes and unknown letters are refused."""
    with pytest.raises(TemplateFaults, match="the format is invalid"):
        evaluate_expression(f"[format('{pattern}', 1)]")


def test_text_ignores_a_number_style_and_json_gets_single_quotes() -> None:
    """A style on text does nothing; objects print as JSON with single quotes, as the engine prints them."""
    assert evaluate_expression("[format('{0:N2}', 'a')]") == "a"
    assert evaluate_expression("[format('{0}', createObject('a', createArray(true(), 'b')))]") == "{'a':[true,'b']}"
