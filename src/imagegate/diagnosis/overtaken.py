"""Errors that the script got over: something else, that no rule knows, stands at its end."""

import re
from collections.abc import Sequence

from imagegate.diagnosis.benign import is_harmless
from imagegate.diagnosis.matching import Hit
from imagegate.diagnosis.provisioners import Placed
from imagegate.diagnosis.ranking import is_warning
from imagegate.diagnosis.wording import looks_bad

_END_LINES = 15
_NEXT_LINES = 2
_TELLING_WORDS = 5
"""What is shorter ("ERROR: setup failed") only says that it failed, and may speak of anything before it."""
_GOES_ON = re.compile(
    r"\b(?:continuing|going on|moving on|carrying on|proceeding|ignor(?:ed|ing)|skipp(?:ed|ing)|non-?fatal|not fatal|"
    r"best[- ]effort|optional)\b",
    re.IGNORECASE,
)


def without_overtaken(hits: Sequence[Hit], said: Sequence[Placed]) -> list[Hit]:
    """The hits without those that the script got over; `said` are the failing step's own lines.

    A warning, and an error after which the script says that it goes on, count only as long as nothing else that tells
    of trouble ends the script.
    """
    known = {id(hit.placed) for hit in hits}
    last = next((number for number in _from_the_end(said) if _tells(said[number])), None)
    if last is None or id(said[last]) in known:
        return list(hits)
    places = {id(placed): number for number, placed in enumerate(said)}
    return [hit for hit in hits if not _got_over(places.get(id(hit.placed)), last, said)]


def _from_the_end(said: Sequence[Placed]) -> range:
    return range(len(said) - 1, max(-1, len(said) - 1 - _END_LINES), -1)


def _tells(placed: Placed) -> bool:
    text = placed.line.text
    long = len(text.split()) >= _TELLING_WORDS
    return long and looks_bad(text) and not is_harmless(text) and not is_warning(text) and not _GOES_ON.search(text)


def _got_over(number: int | None, last: int, said: Sequence[Placed]) -> bool:
    if number is None or number >= last:
        return False
    after = said[number + 1 : min(number + 1 + _NEXT_LINES, last)]
    return is_warning(said[number].line.text) or any(_GOES_ON.search(placed.line.text) for placed in after)
