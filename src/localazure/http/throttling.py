"""Token buckets per principal and kind of call, a provider's own limits, the headers that tell what is left.

Resource Manager's figures (request-limits-and-throttling): reads 250, 25 a second; writes and deletes 200, 10 a second;
fifteen times that for all principals of a subscription together; the same again for calls to the tenant.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.clock import Clock, timestamp
from localazure.control.fault import Call
from localazure.control.settings import CloudSettings, Settings
from localazure.providers.compute.request_limits import POLICIES, Policy

_ALL_PRINCIPALS = 15
_TOO_MANY = 429
_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a call has left: one set of headers for every answer, one for those of a provider that served it."""

    always: Mapping[str, str] = field(default_factory=dict)
    when_served: Mapping[str, str] = field(default_factory=dict)

    def headers(self, status: int) -> dict[str, str]:
        """What an answer of that status carries."""
        return {**self.always, **(self.when_served if status < 400 else {})}


@dataclass(frozen=True, kw_only=True)
class _Pace:
    kind: str
    size: float
    refill_per_s: float


class Throttling:
    """Counts calls and refuses them once too many were made. Safe to use from several threads."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._left: dict[tuple[str, ...], tuple[float, datetime]] = {}
        self._windows: dict[str, tuple[datetime, int]] = {}

    def count(self, call: Call, principal: Principal) -> Counted:
        """Count a call; raises 429 with Retry-After once a bucket is empty, unless the settings say otherwise."""
        settings = self._settings.current
        scope = _scope(call.path)
        pace = _pace(settings, _KINDS.get(call.method, "writes"))
        with self._lock:
            own = self._take((scope, principal.object_id, pace.kind), pace, 1)
            shared = self._take((scope, pace.kind), pace, _ALL_PRINCIPALS)
            always = {
                f"x-ms-ratelimit-remaining-{scope}-{pace.kind}": str(max(0, math.floor(own))),
                f"x-ms-ratelimit-remaining-{scope}-global-{pace.kind}": str(max(0, math.floor(shared))),
            }
            if settings.throttling and min(own, shared) < 0:
                raise _throttled(call, principal, pace, min(own, shared), always)
            remaining = self._count_for_provider(call, settings)
        return Counted(always=always, when_served=remaining)

    def _take(self, key: tuple[str, ...], pace: _Pace, times: int) -> float:
        """Take a token: what is left, below nothing when there was none, and then none is taken."""
        now = self._clock.now()
        left, since = self._left.get(key, (pace.size * times, now))
        passed_s = (now - since).total_seconds()
        filled = min(pace.size * times, left + passed_s * pace.refill_per_s * times)
        self._left[key] = (filled - 1 if filled >= 1 else filled, now)
        return filled - 1

    def _count_for_provider(self, call: Call, settings: CloudSettings) -> dict[str, str]:
        left: list[str] = []
        for policy in POLICIES.get(call.operation, ()):
            most = max(1, round(policy.most * settings.compute_requests_share))
            began, count = self._window(policy)
            if settings.throttling and count >= most:
                raise _limited(policy, most=most, count=count, began=began, now=self._clock.now())
            self._windows[policy.full_name] = (began, count + 1)
            left.append(f"{policy.full_name};{max(0, most - count - 1)}")
        return {"x-ms-ratelimit-remaining-resource": ",".join(left)} if left else {}

    def _window(self, policy: Policy) -> tuple[datetime, int]:
        now = self._clock.now()
        began, count = self._windows.get(policy.full_name, (now, 0))
        return (now, 0) if now - began >= timedelta(minutes=policy.minutes) else (began, count)


def _scope(path: str) -> str:
    return "subscription" if path.lower().startswith("/subscriptions/") else "tenant"


def _pace(settings: CloudSettings, kind: str) -> _Pace:
    size, refill = getattr(settings, f"{kind}_bucket"), getattr(settings, f"{kind}_per_s")
    return _Pace(kind=kind, size=size, refill_per_s=refill)


def _throttled(call: Call, principal: Principal, pace: _Pace, left: float, headers: Mapping[str, str]) -> ArmError:
    seconds = max(1, math.ceil(-left / pace.refill_per_s)) if pace.refill_per_s else 60
    parts = call.path.strip("/").split("/")
    where = f"subscription '{parts[1]}'" if len(parts) > 1 and _scope(call.path) == "subscription" else "tenant"
    code = "SubscriptionRequestsThrottled" if where != "tenant" else "TenantRequestsThrottled"
    return ArmError(
        _TOO_MANY,
        code,
        f"Number of '{pace.kind.removesuffix('s')}' requests for {where} actor '{principal.object_id}' exceeded. "
        f"Please try again after '{seconds}' seconds after additional tokens are available. Refer to "
        "https://aka.ms/arm-throttling for additional information.",
        headers={**headers, "Retry-After": str(seconds)},
    )


def _limited(policy: Policy, *, most: int, count: int, began: datetime, now: datetime) -> ArmError:
    ends = began + timedelta(minutes=policy.minutes)
    measured = {
        "operationGroup": f"{policy.name}{policy.minutes}Min",
        "startTime": timestamp(began).replace("Z", "+00:00"),
        "endTime": timestamp(ends).replace("Z", "+00:00"),
        "allowedRequestCount": most,
        "measuredRequestCount": count + 1,
    }
    detail = {
        "code": "TooManyRequests",
        "target": measured["operationGroup"],
        "message": json.dumps(measured, separators=(",", ":")),
    }
    return ArmError(
        _TOO_MANY,
        "OperationNotAllowed",
        "The server rejected the request because too many requests have been received for this subscription.",
        details=[detail],
        headers={
            "Retry-After": str(max(1, math.ceil((ends - now).total_seconds()))),
            "x-ms-ratelimit-remaining-resource": f"{policy.full_name};0",
        },
    )
