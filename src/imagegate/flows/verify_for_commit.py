"""The verification of a version that came of a commit: prove it, tell the commit, tell whoever listens."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.flows.closing import close_status
from imagegate.flows.telling import RETRY
from imagegate.flows.verify import verify_image_version
from imagegate.model import TeardownResult, Verdict
from imagegate.model.commit_status import VERIFY_CONTEXT
from imagegate.model.verification import Verification

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

_STATES = {Verdict.PASSED: "success", Verdict.FAILED: "failure", Verdict.INCONCLUSIVE: "error"}


def verify_for_commit(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Run `verify_image_version` with the same job, close `imagegate/verify`, publish the verdict.

    `job`: as `verify_image_version` takes it, and `repository`, `commit`, `ref` and `run_of_build` of the version's
    stamp. A verdict stands whether or not it could be told: who could not be reached is noted.
    """
    try:
        result: dict[str, Any] = yield ctx.call_sub_orchestrator(
            verify_image_version.__name__, input=job, instance_id=f"{ctx.instance_id}-verify"
        )
    except task.TaskFailedError as error:
        text = f"The verification broke off: {error}"
        yield from close_status(ctx, job, context=VERIFY_CONTEXT, state="error", description=text)
        raise
    state, description = status_of(Verification.from_json(result))
    told = yield from close_status(ctx, job, context=VERIFY_CONTEXT, state=state, description=description)
    notes = [] if told or not job.get("commit") else ["The commit could not be told; GitHub did not take it in time."]
    try:
        yield ctx.call_activity("publish_verdict", input=result, retry_policy=RETRY)
    except task.TaskFailedError as error:
        reason = (error.details.message or error.details.error_type).splitlines()[0]
        notes.append(f"The verdict's event could not be published: {reason}")
    return {**result, "notes": [*result["notes"], *notes]}


def status_of(verification: Verification) -> tuple[str, str]:
    """The state of the commit's status, and the sentence under it. A leak is an error, whatever the verdict."""
    if verification.teardown is TeardownResult.INCOMPLETE:
        count = len(verification.left)
        return "error", f"{verification.verdict.capitalize()}, and {count} resources of the smoke test are left."
    if verification.verdict is Verdict.PASSED:
        return "success", f"Booted and answered. {verification.promotion}".strip()
    return _STATES[verification.verdict], verification.reason.splitlines()[0] if verification.reason else ""
