"""All that armtemplate raises.

ArmTemplateError
├── TemplateFaults      what callers see: every fault of the input at once, each with its place
├── ExpressionError     one expression could not be evaluated; inside the package it becomes a Fault
└── ExhaustedError      the input asks for more work than any template should; inside the package it becomes a Fault
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")


class ArmTemplateError(Exception):
    """Base of everything that armtemplate raises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong, and where.

    `line` and `column` count from 1 and are None where the input was a plain mapping without text. `caret_offset`
    counts characters from the start of `expression`, brackets included.
    """

    message: str
    json_path: str = ""
    file: str = "<template>"
    line: int | None = None
    column: int | None = None
    expression: str | None = None
    caret_offset: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        where = f"{place}: {self.json_path}" if self.json_path else place
        text = _printable(f"{where}: {self.message}")
        return text if self.expression is None else f"{text}\n{self._excerpt(self.expression)}"

    def _excerpt(self, expression: str) -> str:
        """The line of the expression that holds the caret, cut to a terminal's width, with the caret below."""
        offset = min(self.caret_offset or 0, len(expression))
        start = expression.rfind("\n", 0, offset) + 1
        end = expression.find("\n", offset)
        line = expression[start : end if end >= 0 else len(expression)]
        caret = offset - start
        if len(line) > 160:
            cut = max(0, min(caret - 80, len(line) - 160))
            line, caret = line[cut : cut + 160], caret - cut
        return f"    {_printable(line)}\n    {' ' * _columns(line[:caret])}^"


def _printable(text: str) -> str:
    """The text with a blank for every control character: input must not steer the terminal that shows it."""
    return "".join(" " if unicodedata.category(character) in _UNPRINTABLE else character for character in text)


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian letters and emoji take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


class TemplateFaults(ArmTemplateError):  # noqa: N818 - the plural is the point: it carries all of them
    """The input is not usable; `faults` holds everything that is wrong with it, in document order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ExpressionError(ArmTemplateError):
    """An expression cannot be evaluated; `offset` is the place inside its text, once known."""

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class ExhaustedError(ArmTemplateError):
    """The work that one evaluation may cause is used up; nothing goes on after it."""

    def __init__(self) -> None:
        super().__init__("the evaluation needs more steps than any template should")
