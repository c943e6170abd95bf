"""Finds where rules apply: by their anchors first, so that the time grows with the text and not with the rules."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from imagegate.diagnosis.provisioners import Placed
from imagegate.diagnosis.rule import Rule
from imagegate.diagnosis.rules import RULES

_AROUND = 2_000
_HITS = 300
_QUOTES = str.maketrans("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "''")


class Hit(NamedTuple):
    """A rule that applies to a line; `place` is the line's place among the lines that were searched."""

    rule: Rule
    place: int
    placed: Placed
    groups: dict[str, str | None]


@cache
def _by_anchor() -> dict[bytes, list[tuple[Rule, re.Pattern[str]]]]:
    table: dict[bytes, list[tuple[Rule, re.Pattern[str]]]] = {}
    for rule in RULES:
        for anchor, pattern in rule.compiled:
            table.setdefault(anchor, []).append((rule, pattern))
    return table


def find_hits(lines: Sequence[Placed]) -> list[Hit]:
    """Every rule and line that fit, in the order of the lines; of a rule on one line the pattern that tells most."""
    texts = [_plain_quotes(placed.line.text) for placed in lines]
    encoded = [text.encode("utf-8", "replace").lower() for text in texts]
    blob = b"\n".join(encoded)
    starts = [0, *accumulate(len(part) + 1 for part in encoded)]
    best: dict[tuple[str, int], Hit] = {}
    for anchor, candidates in _by_anchor().items():
        for index, column in _places(blob, anchor, starts):
            window = _window(texts[index], column)
            for rule, pattern in candidates:
                found = pattern.search(window)
                if found is not None:
                    _keep(best, Hit(rule, index, lines[index], found.groupdict()))
    return sorted(best.values(), key=lambda hit: hit.place)


def _plain_quotes(text: str) -> str:
    """GNU's programs quote names typographically; rules are written with plain quotes."""
    return text if text.isascii() else text.translate(_QUOTES)


def _keep(best: dict[tuple[str, int], Hit], hit: Hit) -> None:
    key = (hit.rule.code, hit.place)
    known = best.get(key)
    if known is None or _told(hit) > _told(known):
        best[key] = hit


def _told(hit: Hit) -> int:
    return sum(1 for value in hit.groups.values() if value)


def _places(blob: bytes, anchor: bytes, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Lines and columns (in bytes) of the anchor, from the end backwards and only so many: causes stand late."""
    end = len(blob)
    for _ in range(_HITS):
        position = blob.rfind(anchor, 0, end)
        if position < 0:
            return
        index = bisect_right(starts, position) - 1
        yield index, position - starts[index]
        # One look at a line is enough, unless the line is longer than what is looked at.
        end = starts[index] if position - starts[index] < _AROUND else position - _AROUND


def _window(text: str, column: int) -> str:
    """A bounded part of the line. A column in bytes lies on the one in characters or to the right of it."""
    if len(text) <= _AROUND:
        return text
    return text[max(0, min(column, len(text)) - 2 * _AROUND) : column + _AROUND]
