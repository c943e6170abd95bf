"""A belief about Azure: what is believed, who says so, how an answer is judged, and what makes it false."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from acceptance.exchange import Exchange, NotRecorded, Recording
from acceptance.places import changed_at

_OTHER_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What reading a document raises that is not as it was believed to be."""


class Verdict(StrEnum):
    """What became of a belief."""

    PASS = "PASS"  # noqa: S105 - a verdict
    FAIL = "FAIL"
    NOT_ASKED = "NOT ASKED"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen, and whether it agrees with the belief."""

    text: str
    agrees: bool


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """The switch: what the cloud would have to answer for the belief to be false.

    Meets every answer of that label, method and path. `status` is another status or exit code; at `place` of the body
    stands `value`, or what `change` makes of what was there.
    """

    label: str
    method: str = "*"
    path: str = ""
    status: int | None = None
    place: str | None = None
    value: Any = None
    change: Callable[[Any], Any] | None = None

    def applied(self, exchange: Exchange) -> Exchange:
        """The exchange as it would have been; as it was where it is not meant."""
        if not exchange.is_of(self.label, method=self.method, path=self.path):
            return exchange
        body = exchange.body
        if self.place is not None:
            body = changed_at(body, self.place, self.change or (lambda _: self.value))
        return replace(exchange, status=exchange.status if self.status is None else self.status, body=body)


@dataclass(frozen=True, kw_only=True)
class Belief:
    """One belief. `step` is its number in the order of the run; `not_local` says why the local cloud cannot say."""

    id: str
    step: int
    sentence: str
    source: str
    expected: str
    judge: Callable[[Recording], Seen]
    otherwise: Otherwise
    not_local: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A belief with its verdict; `seen` is the reason where it was not asked."""

    belief: Belief
    seen: str
    verdict: Verdict


def all_beliefs() -> tuple[Belief, ...]:
    """Every file of `acceptance/beliefs`, in the order of the run."""
    from acceptance import beliefs

    names = [module.name for module in pkgutil.iter_modules(beliefs.__path__)]
    found: list[Belief] = [importlib.import_module(f"acceptance.beliefs.{name}").BELIEF for name in names]
    return tuple(sorted(found, key=lambda belief: (belief.step, belief.id)))


def judge(belief: Belief, recording: Recording, *, local: bool) -> Finding:
    """The verdict that the recording gives."""
    if local and belief.not_local:
        return Finding(belief=belief, seen=belief.not_local, verdict=Verdict.NOT_ASKED)
    try:
        seen = belief.judge(recording)
    except NotRecorded as reason:
        return Finding(belief=belief, seen=str(reason), verdict=Verdict.NOT_ASKED)
    except _OTHER_SHAPE as error:
        return Finding(belief=belief, seen=f"an answer of another shape: {error!r}", verdict=Verdict.FAIL)
    return Finding(belief=belief, seen=seen.text, verdict=Verdict.PASS if seen.agrees else Verdict.FAIL)


def judge_all(beliefs: Iterable[Belief], recording: Recording, *, local: bool) -> list[Finding]:
    """A verdict for each."""
    return [judge(belief, recording, local=local) for belief in beliefs]


def answered_otherwise(recording: Recording, otherwise: Otherwise) -> Recording:
    """The recording of a cloud that answers otherwise."""
    return Recording(tuple(otherwise.applied(one) for one in recording.exchanges))
