"""Token buckets per principal and kind of call, and the headers that tell what is left.

Azure's numbers: reads 250, 25 a second; writes and deletes 200, 10 a second. The bucket is counted, not enforced: a
client learns its pace from the headers, and a refusal is a fault that one asks for (`control.py`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from localazure.clock import Clock


@dataclass(frozen=True, kw_only=True)
class _Pace:
    kind: str
    size: int
    refill_per_s: int


_READS = _Pace(kind="reads", size=250, refill_per_s=25)
_WRITES = _Pace(kind="writes", size=200, refill_per_s=10)
_DELETES = _Pace(kind="deletes", size=200, refill_per_s=10)
_PACES = {"GET": _READS, "HEAD": _READS, "DELETE": _DELETES}


class Throttling:
    """Counts calls. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def headers(self, method: str, object_id: str) -> dict[str, str]:
        """Count a call; what Azure says about the rest."""
        pace = _PACES.get(method, _WRITES)
        now = self._clock.now().timestamp()
        with self._lock:
            left, since = self._left.get((object_id, pace.kind), (float(pace.size), now))
            left = max(0.0, min(pace.size, left + (now - since) * pace.refill_per_s) - 1)
            self._left[object_id, pace.kind] = (left, now)
        return {
            f"x-ms-ratelimit-remaining-subscription-{pace.kind}": str(int(left)),
            f"x-ms-ratelimit-remaining-subscription-global-{pace.kind}": str(int(left) + 14 * pace.size),
        }
