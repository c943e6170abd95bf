"""One request with its answer, or one product command with its result: what a recording is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

RUN, SKIPPED = "RUN", "SKIPPED"
"""Methods beside HTTP's: a command of the product, whose status is its exit code, and what was not asked."""


class NotRecorded(Exception):  # noqa: N818 - what happened, as a sentence
    """Nobody asked; carries the reason."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """`label` is `step/what`; `at` and `seconds` say when it began and how long it took.

    Headers that are of no interest have their names alone. `cut` says that the body is only a part of the answer.
    """

    label: str
    method: str
    host: str = ""
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: Any = None
    body: Any = None
    at: float = 0.0
    seconds: float = 0.0
    cut: bool = False

    @property
    def error_code(self) -> str:
        """The service's own code of a refusal."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str((error or {}).get("code", ""))

    def is_of(self, label: str, *, method: str = "*", path: str = "") -> bool:
        """Whether label (`*` for anything), method and path (a pattern) agree."""
        return (
            fnmatchcase(self.label, label)
            and fnmatchcase(self.method, method)
            and re.search(path, self.path, re.IGNORECASE) is not None
        )


@dataclass(frozen=True)
class Recording:
    """All that was asked and answered in one run, in its order."""

    exchanges: tuple[Exchange, ...]

    @classmethod
    def of(cls, entries: Iterable[Mapping[str, Any]]) -> Recording:
        """From the lines of a file."""
        return cls(tuple(Exchange(**entry) for entry in entries))

    def all(self, label: str, *, method: str = "*", path: str = "") -> list[Exchange]:
        """Every exchange of that label, method and path; empty where there is none."""
        return [one for one in self.exchanges if one.is_of(label, method=method, path=path)]

    def some(self, label: str, *, method: str = "*", path: str = "") -> list[Exchange]:
        """As `all`.

        Raises:
            NotRecorded: there is none; the step's own reason where it left one.
        """
        found = self.all(label, method=method, path=path)
        served = [one for one in found if one.error_code != "NotServedByLocalCloud"]
        if served:
            return served
        if found:
            raise NotRecorded("the local cloud does not serve it")
        step = label.partition("/")[0]
        skipped = [one for one in self.exchanges if one.method == SKIPPED]
        reasons = [one.body for one in skipped if one.label == label or step.startswith(one.label)]
        raise NotRecorded(str(reasons[-1]) if reasons else f"the run did not come to it ({step})")

    def one(self, label: str, *, method: str = "*", path: str = "") -> Exchange:
        """The last of `some`."""
        return self.some(label, method=method, path=path)[-1]
