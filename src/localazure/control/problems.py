"""What is wrong with a document of the control path: every problem at once, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from localazure.arm.errors import ArmError

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong; `place` is the way to it in the document (`("faults", 0, "kind")`)."""

    place: Place
    message: str

    @property
    def target(self) -> str:
        """The place as one writes it: `faults[0].kind`."""
        text = ""
        for part in self.place:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text or "the document"

    def __str__(self) -> str:
        return f"{self.target}: {self.message}"


class InvalidControl(ArmError):  # noqa: N818 - says what it is
    """A document that the control path does not take: 400, one detail a problem."""

    def __init__(self, problems: Iterable[Problem], *, code: str = "InvalidControlDocument") -> None:
        self.problems = tuple(problems)
        details = [{"code": code, "target": found.target, "message": found.message} for found in self.problems]
        super().__init__(400, code, "\n".join(map(str, self.problems)), details=details)


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The end of a sentence about a word that is not known: the nearest one, or all of them when they are few."""
    names = sorted(known)
    near = difflib.get_close_matches(str(word), names, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known are: {', '.join(names)}." if len(names) <= 30 else "docs/coverage.md lists what is known."
