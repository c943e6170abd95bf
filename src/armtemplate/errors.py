"""All that armtemplate raises.

ArmTemplateError
├── TemplateFaults      what callers see: every fault of the input at once, each with its place
└── ExpressionError     one expression could not be evaluated; inside the package it becomes a Fault
"""

from collections.abc import Iterable
from dataclasses import dataclass


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
        text = f"{where}: {self.message}"
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
        return f"    {line.replace('\t', ' ')}\n    {' ' * caret}^"


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
