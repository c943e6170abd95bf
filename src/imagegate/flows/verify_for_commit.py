"""The verification of a version that came of a commit: prove it, tell the commit, tell whoever listens."""

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.flows.closing import VERIFY_CONTEXT, close_status
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.telling import RETRY, failure_of
from imagegate.flows.verify import verify_image_version
from imagegate.model import TeardownResult, Verdict
from imagegate.model.verification import Verification

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

_STATES = {Verdict.PASSED: "success", Verdict.FAILED: "failure", Verdict.INCONCLUSIVE: "error"}


def verify_for_commit(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Run `verify_image_version` with the same job, publish the verdict, check the proof of origin, tell the commit.

    `job`: as `verify_image_version` takes it, and `repository`, `commit`, `ref` and `run_of_build` of the version's
    stamp, and `limit_s`, how long the decision waits for a proof. Without a proof the version may not speak for the
    commit: neither green nor red is written, and a pending status of ours is closed as an error.
    """
    try:
        result: dict[str, Any] = yield ctx.call_sub_orchestrator(
            verify_image_version.__name__, input=job, instance_id=f"{ctx.instance_id}-verify"
        )
    except task.TaskFailedError as error:
        text = f"The verification broke off: {error}"
        yield from close_status(ctx, job, context=VERIFY_CONTEXT, state="error", description=text, only_pending=True)
        raise
    notes = []
    try:
        yield ctx.call_activity("publish_verdict", input=result, retry_policy=RETRY)
    except task.TaskFailedError as error:
        notes.append(f"The verdict's event could not be published: {failure_of(error).reason.splitlines()[0]}")
    question = {name: result[name] for name in ("image_version_id", "published_at", "verdict", "may_promote")}
    decision: dict[str, Any] = yield ctx.call_sub_orchestrator(
        decide_promotion.__name__,
        input={**question, "limit_s": job["limit_s"]},
        instance_id=f"{ctx.instance_id}-decide",
    )
    result = with_decision(result, decision)
    state, description = status_of(Verification.from_json(result))
    if not decision["speaks"]:
        state, description = "error", f"Not reported: {decision['reason']}."
    told = yield from close_status(
        ctx, job, context=VERIFY_CONTEXT, state=state, description=description, only_pending=not decision["speaks"]
    )
    if not told and job.get("commit"):
        notes.append("The commit could not be told; GitHub did not take it in time.")
    return {**result, "notes": [*result["notes"], *notes]}


def with_decision(result: dict[str, Any], decision: Mapping[str, Any]) -> dict[str, Any]:
    """A `Verification`'s JSON with what was decided about `latest`."""
    if decision["promoted"]:
        return {**result, "promoted": True, "promotion": "Promoted: latest resolves to it."}
    if result["may_promote"] and decision["reason"]:
        return {**result, "promotion": f"Not promoted: {decision['reason']}."}
    return result


def status_of(verification: Verification) -> tuple[str, str]:
    """The state of the commit's status, and the sentence under it. A leak is an error, whatever the verdict."""
    if verification.teardown is TeardownResult.INCOMPLETE:
        count = len(verification.left)
        return "error", f"{verification.verdict.capitalize()}, and {count} resources of the smoke test are left."
    if verification.verdict is Verdict.PASSED:
        return "success", f"Booted and answered. {verification.promotion}".strip()
    return _STATES[verification.verdict], verification.reason.splitlines()[0] if verification.reason else ""
