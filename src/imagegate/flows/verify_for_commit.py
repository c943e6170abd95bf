"""The verification of a version that was built from a commit: verdict, commit status, event."""

from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.flows.closing import close_status
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.telling import RETRY
from imagegate.flows.verify import verify_image_version
from imagegate.model.commit_status import verify_context
from imagegate.model.verification import Verification
from imagegate.report.verdict_text import status_of

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

GUARD_REPORTS = "The guard only reports: a version that is made visible by hand stays visible."


def verify_for_commit(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Run `verify_image_version` with the same job, publish the verdict, check the proof of origin, post the status.

    `job`: as `verify_image_version` takes it, and `image`, `repository`, `commit`, `ref` and `run_of_build` of the
    version's stamp; `limit_s`, how long the decision waits for a proof; `guard_enforces`, which a verdict notes where
    it is false. Without a proof the version may not speak for the commit: neither green nor red is written, and a
    pending status of its own is closed as an error. A verdict stands without GitHub and the topic: what could not be
    reached is noted.
    """
    context, versions = verify_context(job.get("image", "")), [job["image_version_id"]]
    try:
        result: dict[str, Any] = yield ctx.call_sub_orchestrator(
            verify_image_version.__name__, input=job, instance_id=f"{ctx.instance_id}-verify"
        )
    except task.TaskFailedError as error:
        text = f"Inconclusive: the verification stopped unexpectedly: {_first_line(error)}"
        yield from close_status(
            ctx, job, context=context, state="error", description=text, subjects=versions, only_pending=True
        )
        raise
    if "limit_s" not in job:
        return (yield from _begun_by_an_older_release(ctx, job, result))
    notes = []
    try:
        yield ctx.call_activity("publish_verdict", input=result, retry_policy=RETRY)
    except task.TaskFailedError as error:
        notes.append(f"The verdict's event could not be published: {_first_line(error)}")
    if not job.get("guard_enforces", True):
        notes.append(GUARD_REPORTS)
    question = {name: result[name] for name in ("image_version_id", "published_at", "verdict", "may_promote")}
    try:
        decision: dict[str, Any] = yield ctx.call_sub_orchestrator(
            decide_promotion.__name__,
            input={**question, "limit_s": job["limit_s"]},
            instance_id=f"{ctx.instance_id}-decide",
        )
    except task.TaskFailedError as error:
        text = f"Not reported: the decision stopped unexpectedly: {_first_line(error)}"
        yield from close_status(
            ctx, job, context=context, state="error", description=text, subjects=versions, only_pending=True
        )
        raise
    result = with_decision(result, decision)
    state, description = status_of(Verification.from_json(result))
    if not decision["speaks"]:
        state, description = "error", f"Not reported: {decision['reason']}."
    posted = yield from close_status(
        ctx,
        job,
        context=context,
        state=state,
        description=description,
        subjects=versions,
        only_pending=not decision["speaks"],
    )
    if not posted and job.get("commit"):
        notes.append("The status could not be posted; GitHub did not accept it in time.")
    return {**result, "notes": [*result["notes"], *notes]}


def _begun_by_an_older_release(
    ctx: "OrchestrationContext", job: dict[str, Any], result: dict[str, Any]
) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Close the pending status of a verification that was under way at an upgrade.

    Its history has the status before the event, and its version was not signed.
    """
    yield from close_status(
        ctx,
        job,
        context=verify_context(job.get("image", "")),
        state="error",
        description="Not reported: an older release began this verification. Start the workflow anew.",
        subjects=[job["image_version_id"]],
        only_pending=True,
    )
    with suppress(task.TaskFailedError):
        yield ctx.call_activity("publish_verdict", input=result, retry_policy=RETRY)
    return result


def with_decision(result: dict[str, Any], decision: Mapping[str, Any]) -> dict[str, Any]:
    """A `Verification`'s JSON with what was decided about `latest`."""
    if decision["promoted"]:
        promotion = decision.get("promotion") or "Promoted."
        return {**result, "promoted": True, "promotion": promotion, "latest": decision.get("latest") or {}}
    if result["may_promote"] and decision["reason"]:
        return {**result, "promotion": f"Not promoted: {decision['reason']}."}
    return result


def _first_line(error: task.TaskFailedError) -> str:
    return str(error.details.message or error.details.error_type).splitlines()[0]
