"""The faults that are still to come, and how often each has happened."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from localazure.arm.locations import normalized
from localazure.control.fault import ALWAYS, Call, Fault
from localazure.control.fault_kinds import KINDS, Reach


@dataclass
class Due:
    """A fault that met its call. `released` is set when the faults are cleared: nobody waits for it any longer."""

    fault: Fault
    released: threading.Event


@dataclass
class _Pending:
    fault: Fault
    chance: random.Random
    left: int | None
    skip: int
    happened: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def due(self, call: Call) -> bool:
        """Whether this call meets it; counts."""
        if self.left == 0 or not self.fault.is_meant_for(call):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.chance.random() >= self.fault.probability:
            return False
        if self.left is not None:
            self.left -= 1
        self.happened += 1
        return True


class Faults:
    """Faults in the order in which they were asked for; a call meets the first that is meant for it.

    Each has a chance of its own, drawn from the seed and its place: what others do does not change its turn.
    Safe to use from several threads.
    """

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._pending: list[_Pending] = []
        self._seed = seed

    def add(self, faults: Iterable[Fault]) -> None:
        """Take faults behind those that are there."""
        with self._lock:
            for fault in faults:
                chance = random.Random(f"{self._seed}:{len(self._pending)}")  # noqa: S311 - chance that repeats itself
                self._pending.append(_Pending(fault=fault, chance=chance, left=fault.times, skip=fault.skip))

    def clear(self, seed: int = 0) -> None:
        """Forget what is still to come, let go of what waits, and begin a new row of chances."""
        with self._lock:
            for pending in self._pending:
                pending.released.set()
            self._pending.clear()
            self._seed = seed

    def due(self, call: Call, reach: Reach, *, kind: str = "", region: str = "") -> Due | None:
        """The fault that this call meets, or None; `kind` and `region` are named by work in the background."""
        with self._lock:
            for pending in self._pending:
                fault = pending.fault
                if KINDS[fault.kind].reach != reach or (kind and fault.kind != kind):
                    continue
                if fault.region and normalized(fault.region) != normalized(region):
                    continue
                if pending.due(call):
                    return Due(fault=fault, released=pending.released)
        return None

    def document(self) -> dict[str, Any]:
        """What is there: kind, what it meets, how often it happened and still will."""
        with self._lock:
            return {"seed": self._seed, "faults": [_shown(pending) for pending in self._pending]}


def _shown(pending: _Pending) -> dict[str, Any]:
    fault = pending.fault
    shown: dict[str, Any] = {"kind": fault.kind, "operation": fault.operation, "method": fault.method}
    if fault.path is not None:
        shown["path"] = fault.path.pattern
    return {**shown, "happened": pending.happened, "left": ALWAYS if pending.left is None else pending.left}
