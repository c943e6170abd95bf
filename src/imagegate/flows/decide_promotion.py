"""The decision about a verified version: wait for the proof of its origin, then let it speak, then let it be `latest`.

1. Ask for a proof until there is a good one, or the limit.
2. Where only the proof was missing and the claims allow it, promote.

The smoke test does not wait for the proof. The same function runs on Azure Durable Functions and in a command.
"""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from imagegate.flows.telling import StepFailed, Telling, call, pause
from imagegate.gateway.image_versions import CHANGE_DEADLINE_S
from imagegate.model.verification import Cause, innermost_line

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

    Steps = Generator[Task[Any], Any, Any]

CHECK_PROOF, PROMOTE = "check_proof", "promote_by_proof"


def decide_promotion(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """`{speaks, promoted, reason, claims}`, and after a promotion `latest` and a sentence about it; it never fails.

    `job`: `image_version_id`, `published_at`, `verdict`, `may_promote`, and `limit_s`, how long to wait for a proof.
    `reason` says why it may not speak, or why it was not promoted.
    """
    telling = Telling(ctx)
    telling.begin("proof", "Checking the proof of origin")
    try:
        found = yield from _await_proof(ctx, telling, job)
        if found["state"] != "speaks":
            telling.end(passed=False)
            return _decision(speaks=False, reason=found["reason"])
        telling.end(passed=True)
        claims = found["claims"]
        if not _may_promote(job) or found["hidden"]:
            return _decision(speaks=True, reason=found["hidden"], claims=claims)
        telling.begin("promote", "Letting latest resolve to it")
        ended = yield from _promote(ctx, {**job, "claims": claims})
    except StepFailed as failed:
        telling.note(failed.reason)
        telling.end(passed=False)
        return _decision(speaks=False, reason=innermost_line(failed.reason))
    telling.end(passed=ended["promoted"])
    return {
        **_decision(speaks=True, promoted=ended["promoted"], reason=ended["reason"], claims=claims),
        "latest": ended.get("latest") or {},
        "promotion": ended.get("promotion") or "",
    }


def _may_promote(job: dict[str, Any]) -> bool:
    """Whether the verification left only the proof to be missing: passed, torn down, and `promote: on-pass`."""
    return bool(job["may_promote"])


def _decision(
    *, speaks: bool, promoted: bool = False, reason: str = "", claims: dict[str, str] | None = None
) -> dict[str, Any]:
    return {"speaks": speaks, "promoted": promoted, "reason": reason, "claims": claims or {}}


def _await_proof(ctx: "OrchestrationContext", telling: Telling, job: dict[str, Any]) -> "Steps":
    """The answer of `check_proof` that speaks, or the last one at the limit."""
    begun, said = ctx.current_utc_datetime, ""
    while True:
        answer = yield from _ask(ctx, job)
        waited_s = (ctx.current_utc_datetime - begun).total_seconds()
        if answer["state"] in {"speaks", "gone"} or waited_s >= job["limit_s"]:
            return answer
        if answer["reason"] != said:
            said = answer["reason"]
            telling.note(f"waiting: {said}")
        yield from pause(ctx, 2 if waited_s < 30 else 30 if waited_s < 600 else 600)


def _ask(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Steps":
    """The answer of `check_proof`. A service that cannot be asked is no proof yet, never "no proof"."""
    try:
        return (yield from call(ctx, CHECK_PROOF, {name: job[name] for name in ("image_version_id", "published_at")}))
    except StepFailed as failed:
        if failed.cause is Cause.DEFECT:
            raise
        return {"state": "later", "reason": innermost_line(failed.reason)}


def _promote(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Steps":
    begun = ctx.current_utc_datetime
    while True:
        try:
            answer = yield from call(ctx, PROMOTE, job)
        except StepFailed as failed:
            if failed.cause not in {Cause.SERVICE, Cause.THROTTLING}:
                return {"promoted": False, "reason": innermost_line(failed.reason)}
            answer = {"done": False, "reason": innermost_line(failed.reason)}
        if answer["done"]:
            return answer
        waited_s = (ctx.current_utc_datetime - begun).total_seconds()
        if waited_s >= CHANGE_DEADLINE_S:
            return {"promoted": False, "reason": f"it did not become so in time: {answer['reason']}"}
        yield from pause(ctx, 0.2 if waited_s < 1 else 1 if waited_s < 30 else 10)
