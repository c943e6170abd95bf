"""The line of a script that failed: the one that the shell names, or the one that has the word that went wrong."""

import re
from collections.abc import Sequence

from imagegate.diagnosis.customizers import TemplateStep
from imagegate.model.diagnosis import Place

_SHORTEST_WORD = 3
_SHELL_LINE = re.compile(r"(?:/tmp/|script_)[\w./-]*(?:\.sh)?: (?:line )?(?P<line>\d+): |: line (?P<other>\d+): ")
_POWERSHELL_LINE = re.compile(r"\.ps1:(?P<line>\d+) char:\d+")
_PYTHON_LINE = re.compile(r'File "/tmp/[^"]*", line (?P<line>\d+)')


def script_place(step: TemplateStep | None, texts: Sequence[str], words: Sequence[str]) -> Place | None:
    """The line of the script that failed: the one that the shell names, else the only one that has one of the words.

    For inline commands it is the line of the template in which the command stands, as far as it can be told.
    """
    if step is None or not step.script:
        return None
    lines = step.script.split("\n")
    number = _named_line(texts, offset=1 if step.inline and step.type == "Shell" else 0)
    if number is None or not 1 <= number <= len(lines):
        number = _line_with(lines, words)
    if step.script_file:
        return Place(file=step.script_file, line=number)
    if step.place is None or number is None or number > len(step.inline_lines):
        return None
    line = step.inline_lines[number - 1]
    return Place(file=step.place.file, line=line) if line is not None else None


def _named_line(texts: Sequence[str], *, offset: int) -> int | None:
    """The line number in the last text that names one. Inline shell commands stand below a line `#!/bin/sh -e`."""
    for text in reversed(texts):
        for pattern in (_SHELL_LINE, _POWERSHELL_LINE, _PYTHON_LINE):
            found = pattern.search(text)
            if found is not None:
                number = next(value for value in found.groupdict().values() if value)
                return int(number) - offset
    return None


def _line_with(lines: Sequence[str], words: Sequence[str]) -> int | None:
    for word in words:
        if len(word) < _SHORTEST_WORD:
            continue
        pattern = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")
        found = [
            number
            for number, line in enumerate(lines, start=1)
            if pattern.search(line) and not line.lstrip().startswith("#")
        ]
        if len(found) == 1:
            return found[0]
    return None
