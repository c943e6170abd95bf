"""How faults print."""

from armtemplate import ArmTemplateError, Fault, TemplateFaults
from armtemplate.errors import ExpressionError


def test_a_fault_prints_place_path_message_and_a_caret() -> None:
    """One line for the fault, one for the expression, one for the caret."""
    fault = Fault(
        message="no", json_path="outputs.o", file="f.json", line=3, column=7, expression="[a(b)]", caret_offset=3
    )
    assert str(fault) == "f.json:3:7: outputs.o: no\n    [a(b)]\n       ^"


def test_a_fault_without_text_has_no_line() -> None:
    """Plain values have no lines to point at."""
    assert str(Fault(message="no")) == "<template>: no"


def test_a_long_or_multi_line_expression_is_cut_around_the_caret() -> None:
    """Only the caret's line is shown, and no more of it than a terminal is wide."""
    fault = Fault(message="no", expression="[" + "x" * 500 + "]", caret_offset=400)
    _, line, caret = str(fault).splitlines()
    assert len(line) == 164
    assert caret.index("^") == 4 + 80
    assert str(Fault(message="no", expression="[a(\nb)]", caret_offset=4)).splitlines()[1:] == ["    b)]", "    ^"]


def test_all_faults_are_in_the_error() -> None:
    """The error's text is that of all its faults, and everything has one base."""
    error = TemplateFaults([Fault(message="a"), Fault(message="b")])
    assert str(error) == "<template>: a\n<template>: b"
    assert issubclass(TemplateFaults, ArmTemplateError)
    assert issubclass(ExpressionError, ArmTemplateError)


def test_the_caret_stands_under_its_character_whatever_stands_before() -> None:
    """East Asian letters and emoji take two columns of a terminal, combining marks none, a tab one."""
    for text, columns in (("日本", 4), ("😀", 2), ("e\u0301", 1), ("\t", 1)):
        _, line, caret = str(Fault(message="no", expression=f"[{text}(b)]", caret_offset=1 + len(text))).splitlines()
        assert line.endswith("(b)]")
        assert caret == " " * (4 + 1 + columns) + "^"


def test_input_does_not_steer_the_terminal() -> None:
    """Control characters of names and expressions print as blanks."""
    steering = "there is no '\x1b[2J\x00'"
    text = str(Fault(message=steering, json_path="a\r\nb", expression="[x\x1b(\r\n)]", caret_offset=1))
    assert not any(ord(character) < 32 for character in text.replace("\n", ""))
    assert text.splitlines()[0] == "<template>: a  b: there is no ' [2J '"
