"""What a commit status remembers: the run of the build, and since when each of its subjects stands as it does.

A subject is an image version (of a verification) or a folder (of a build: two may have the same image name).

It travels as the fragment of the status's link, so a reviewer does not see it. GitHub's own times say when a status was
posted: after a retry, an old verdict would look newer than it is.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from imagegate.model.run import parse_time

WHOLE = ""
"""The part that speaks of the image, and of no subject of its own."""

_FRAGMENT = re.compile(r"#imagegate=(?P<run>\d{1,18}-\d{1,6})?(?P<parts>(?:;[0-9a-f]{0,8}\.[pesf]\.\d{1,11}){1,60})$")
_RUN = re.compile(r"(\d{1,18})-(\d{1,6})")
_OLD_MARK = re.compile(r" ?\[(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\]$")
_RUN_PAGE = re.compile(r"/actions/runs/(\d{1,18})/attempts/(\d{1,6})$")


class StatusState(StrEnum):
    """States as GitHub has them, the worse later: of several subjects the worst one decides."""

    SUCCESS = "success"
    PENDING = "pending"
    ERROR = "error"
    FAILURE = "failure"

    @property
    def badness(self) -> int:
        """A place in the order above."""
        return list(StatusState).index(self)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A state, and when it was reached, in whole seconds of UTC."""

    state: StatusState
    at: datetime

    @property
    def order(self) -> tuple[datetime, bool, int]:
        """The newer part has the higher order; of one second, a verdict comes after pending."""
        return (self.at, self.state is not StatusState.PENDING, self.state.badness)


@dataclass(frozen=True, kw_only=True)
class StatusRecord:
    """The parts of a status by `subject_key`; `run` is the build's, as a stamp names it, and empty if unknown."""

    run: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)

    @classmethod
    def parse(cls, target_url: str, description: str, state: StatusState) -> "tuple[Self, str, str] | None":
        """The record, and link and description without it; None for a status that imagegate did not write.

        Older releases wrote the time at the end of the description, as `[2025-06-01T10:00:00Z]`.
        """
        if found := _FRAGMENT.search(target_url):
            parts = {}
            for entry in found["parts"].strip(";").split(";"):
                key, letter, seconds = entry.split(".")
                parts[key] = Part(state=_BY_LETTER[letter], at=datetime.fromtimestamp(int(seconds), UTC))
            return cls(run=found["run"] or "", parts=parts), target_url[: found.start()], description
        mark = _OLD_MARK.search(description)
        at = parse_time(mark["at"]) if mark else None
        if at is None:
            return None
        page = _RUN_PAGE.search(target_url)
        run = f"{page[1]}-{page[2]}" if page else ""
        return cls(run=run, parts={WHOLE: Part(state=state, at=at)}), target_url, _OLD_MARK.sub("", description)

    def to_fragment(self) -> str:
        """`#imagegate=<run>;<subject>.<state>.<seconds>;…`."""
        parts = [f";{key}.{part.state[0]}.{int(part.at.timestamp())}" for key, part in sorted(self.parts.items())]
        return f"#imagegate={self.run}{''.join(parts)}"

    @classmethod
    def joined(cls, records: Iterable[Self]) -> Self:
        """What all of them say together: of the newest run, the newest part of each subject.

        A record of an unknown run speaks of the newest one. The part of the whole image counts until a subject
        has a newer one.
        """
        every = list(records)
        run = max((one.run for one in every), key=run_order, default="")
        parts: dict[str, Part] = {}
        for one in every:
            for key, part in one.parts.items() if one.run in ("", run) else ():
                if key not in parts or parts[key].order < part.order:
                    parts[key] = part
        whole = parts.get(WHOLE)
        if whole is not None and any(part.order > whole.order for part in parts.values()):
            del parts[WHOLE]
        return cls(run=run, parts=parts)

    @property
    def decisive(self) -> tuple[str, Part]:
        """The worst part; of several that are pending, the one that waits longest, else the newest."""
        worst = max(self.parts.values(), key=lambda part: part.state.badness).state
        found = [(key, part) for key, part in sorted(self.parts.items()) if part.state is worst]
        choose = min if worst is StatusState.PENDING else max
        return choose(found, key=lambda entry: entry[1].at)

    @property
    def subjects(self) -> Mapping[str, Part]:
        """The parts that speak of a subject."""
        return {key: part for key, part in self.parts.items() if key != WHOLE}

    def holds(self, other: "StatusRecord") -> bool:
        """Whether all that the other one says is still so."""
        same_run = other.run in ("", self.run)
        return same_run and all(self.parts.get(key) == part for key, part in other.parts.items())


_BY_LETTER = {state[0]: state for state in StatusState}


def subject_key(subject: str) -> str:
    """Eight hexadecimal digits for an image version's id or a folder, whatever its capitals."""
    return hashlib.sha256(subject.lower().encode()).hexdigest()[:8]


def usable_run(run: object) -> str:
    """The run of a stamp, `<id>-<attempt>`; empty for any other text, which a tag may hold."""
    return str(run) if _RUN.fullmatch(str(run or "")) else ""


def run_order(run: str) -> tuple[int, int]:
    """GitHub numbers its runs in order; a run that is unknown comes before all others."""
    found = _RUN.fullmatch(run)
    return (int(found[1]), int(found[2])) if found else (-1, -1)
