"""The kinds of fault that can be asked for: where each happens, what it takes, what it says unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Reach = Literal["wire", "provider", "inside"]

COMMON = frozenset({"kind", "operation", "method", "path", "times", "skip", "probability"})
_ANSWER = frozenset({"moment", "status", "code", "message", "headers", "retry_after_s"})
_REFUSAL = frozenset({"status", "code", "message", "headers"})
_PUT_VM = {"operation": "VirtualMachines_CreateOrUpdate"}
_BUSY = "The service is unavailable now, please retry later."


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of fault.

    `reach` wire: meets a call of a client, before or after it was served; provider: meets a call where its provider
    would refuse it, whoever calls (a client, a deployment, a service); inside: happens in work that goes on in the
    background, and `operation` tells by which operation that work was started.
    """

    what: str
    reach: Reach
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    defaults: dict[str, Any] = field(default_factory=dict)


def _refusal(what: str, status: int, code: str, message: str, **more: Any) -> Kind:  # noqa: ANN401 - any JSON
    defaults = {"status": status, "code": code, "message": message, **more}
    return Kind(what=what, reach="wire", takes=_ANSWER, defaults=defaults)


KINDS: dict[str, Kind] = {
    "refuse": Kind(
        what="any answer of your own, with `status`",
        reach="wire",
        takes=_ANSWER,
        needs=frozenset({"status"}),
        defaults={"code": "InternalServerError", "message": "A fault that was asked for."},
    ),
    "throttled": _refusal(
        "429 with Retry-After",
        429,
        "TooManyRequests",
        "The request is being throttled as the limit has been reached for operation type. For more information, "
        "see - https://aka.ms/srpthrottlinglimits",
        retry_after_s=5,
    ),
    "internal-error": _refusal("500", 500, "InternalServerError", "Encountered internal server error."),
    "unavailable": _refusal("503", 503, "ServiceUnavailable", _BUSY),
    "gateway-timeout": _refusal(
        "504: the provider did not answer Resource Manager in time",
        504,
        "GatewayTimeout",
        "The gateway did not receive a response from the resource provider within the specified time period.",
    ),
    "connection-reset": Kind(what="the connection ends without an answer", reach="wire", takes=frozenset({"moment"})),
    "slow": Kind(
        what="the answer takes `delay_s` longer",
        reach="wire",
        takes=frozenset({"delay_s"}),
        defaults={"delay_s": 5.0},
    ),
    "malformed-body": Kind(
        what="the answer's JSON ends in the middle, or is `body` (any text)", reach="wire", takes=frozenset({"body"})
    ),
    "wrong-read": Kind(
        what="reads answer something else: another `status` (404), a `body`, or the true one with `merge` merged in",
        reach="wire",
        takes=frozenset({"status", "body", "merge", "code", "message"}),
        defaults={"method": "GET", "code": "NotFound", "message": "The entity was not found."},
    ),
    "rejected": Kind(
        what="a provider's refusal of your own, with `status` and `code`",
        reach="provider",
        takes=_REFUSAL,
        needs=frozenset({"status", "code"}),
        defaults={"message": "A refusal that was asked for."},
    ),
    "sku-not-available": Kind(
        what="409 SkuNotAvailable: no capacity for the machine's size", reach="provider", defaults=dict(_PUT_VM)
    ),
    "quota-exceeded": Kind(
        what="409 OperationNotAllowed with the quota's sentence; `code: QuotaExceeded` for the other spelling",
        reach="provider",
        takes=frozenset({"code"}),
        defaults={**_PUT_VM, "code": "OperationNotAllowed"},
    ),
    "disallowed-by-policy": Kind(
        what="403 RequestDisallowedByPolicy; `policy` is its name",
        reach="provider",
        takes=frozenset({"policy"}),
        needs=frozenset({"operation"}),
        defaults={"policy": "not-allowed-here"},
    ),
    "allocation-failed": Kind(
        what="the machine's creation is accepted and then fails; `code` is AllocationFailed, ZonalAllocationFailed or "
        "OverconstrainedAllocationRequest; with `operation: VirtualMachineImageTemplates_Run` that of a build VM",
        reach="inside",
        takes=frozenset({"code"}),
        defaults={**_PUT_VM, "code": "AllocationFailed"},
    ),
    "os-provisioning-timed-out": Kind(
        what="the machine starts, and its creation fails because the guest did not report",
        reach="inside",
        defaults=dict(_PUT_VM),
    ),
    "replication-failed": Kind(
        what="an image version does not reach `region` (the first it comes to), and ends Failed",
        reach="inside",
        takes=frozenset({"region"}),
        defaults={"operation": "GalleryImageVersions_*"},
    ),
    "stuck-canceling": Kind(
        what="a cancelled run stays in Canceling for `delay_s`, or until the faults are cleared",
        reach="inside",
        takes=frozenset({"delay_s"}),
        defaults={"operation": "VirtualMachineImageTemplates_Run"},
    ),
}

EVERY_KEY = COMMON.union(*(kind.takes for kind in KINDS.values()))
