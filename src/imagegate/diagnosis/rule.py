"""A rule: what a line looks like, and what it means when it does."""

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from imagegate.model.diagnosis import Category, Confidence

_OPTIONAL = ("?", "*", "{")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[\d,]+\}|.", re.DOTALL)
_PLAIN = re.compile(r"\\[^A-Za-z0-9]|[^\\\[\](){}.^$*+?|]", re.DOTALL)
_SHORTEST = 4


class Rank(int, Enum):
    """How near to the root a cause lies: of two causes in one place the higher one brought about the lower."""

    DEFINITE = 90
    GROUND = 80
    SPECIFIC = 70
    ORDINARY = 55
    VAGUE = 40
    LOST = 30
    SYMPTOM = 20
    WRAPPER = 10


class Scope(Enum):
    """Whose words a rule reads: those of the customizer's programs, those of Azure and Packer, or both."""

    GUEST = "guest"
    SERVICE = "service"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One cause.

    `patterns` are regular expressions without regard to case; each needs a literal run of four characters outside of
    groups, by which lines are found before any pattern is tried. `says` takes the patterns' named groups. `statuses`
    are the exit statuses that the failing program gives; another one speaks against the rule. `hangs`: the rule
    explains why a step did not end, and says nothing about one that did.
    """

    code: str
    category: Category
    patterns: tuple[str, ...]
    says: str
    means: str = ""
    do: str = ""
    rank: Rank = Rank.SPECIFIC
    scope: Scope = Scope.GUEST
    statuses: tuple[int, ...] = ()
    confidence: Confidence = Confidence.HIGH
    hangs: bool = False

    @cached_property
    def compiled(self) -> tuple[tuple[bytes, re.Pattern[str]], ...]:
        """Each pattern with its anchor."""
        return tuple((anchor(pattern), re.compile(pattern, re.IGNORECASE)) for pattern in self.patterns)

    def tell(self, template: str, groups: dict[str, str | None]) -> str:
        """A sentence with the groups filled in, and smoothed where one is not known."""
        known = {name: _shorten(value) for name, value in groups.items() if value}
        return _smooth(template.format_map(defaultdict(str, known)))


def anchor(pattern: str) -> bytes:
    """The longest run of plain characters that every match of the pattern has; lower case.

    Raises:
        ValueError: the pattern has none of four characters, or alternatives on its highest level.
    """
    runs = [""]
    depth = 0
    pieces = _PIECE.findall(pattern)
    for piece, follows in zip(pieces, [*pieces[1:], ""], strict=True):
        depth += (piece == "(") - (piece == ")")
        if depth == 0 and piece == "|":
            raise ValueError(f"alternatives on the highest level: {pattern}")
        if depth or not _PLAIN.fullmatch(piece) or follows.startswith(_OPTIONAL):
            runs.append("")
        else:
            runs[-1] += piece[-1]
    best = max(runs, key=len)
    if len(best) < _SHORTEST:
        raise ValueError(f"no literal run of four characters: {pattern}")
    return best.lower().encode()


def _smooth(sentence: str) -> str:
    """Without the empty parentheses, doubled spaces and stray marks that an unknown part leaves behind."""
    sentence = re.sub(r"\s*\(\s*\)|\s+on(?=\s*[.:])", "", sentence)
    sentence = re.sub(r"\s{2,}", " ", sentence)
    sentence = re.sub(r"\s+(?=[.,:;])", "", sentence)
    return re.sub(r"[:,;]+(?=[.:]|\s*$)", "", sentence).replace("..", ".").strip()


def _shorten(value: str, limit: int = 200) -> str:
    value = " ".join(value.split())
    return value if len(value) <= limit else value[: limit - 1] + "…"
