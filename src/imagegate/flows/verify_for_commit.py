"""The verification of a version that was built from a commit: verdict, commit status, event."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.flows.closing import close_status
from imagegate.flows.telling import RETRY, failure_of
from imagegate.flows.verify import verify_image_version
from imagegate.model.commit_status import verify_context
from imagegate.model.verification import Verification
from imagegate.report.verdict_text import status_of

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task


def verify_for_commit(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Run `verify_image_version` with the same job, close `imagegate/verify (NAME)`, publish the verdict.

    `job`: as `verify_image_version` takes it, and `image`, `repository`, `commit`, `ref` and `run_of_build` of the
    version's stamp. A verdict stands without GitHub and the topic: what could not be reached is noted.
    """
    context, versions = verify_context(job.get("image", "")), [job["image_version_id"]]
    try:
        result: dict[str, Any] = yield ctx.call_sub_orchestrator(
            verify_image_version.__name__, input=job, instance_id=f"{ctx.instance_id}-verify"
        )
    except task.TaskFailedError as error:
        text = f"Inconclusive: the verification stopped unexpectedly: {failure_of(error).reason.splitlines()[0]}"
        yield from close_status(ctx, job, context=context, state="error", description=text, subjects=versions)
        raise
    state, description = status_of(Verification.from_json(result))
    posted = yield from close_status(ctx, job, context=context, state=state, description=description, subjects=versions)
    refused = "The status could not be posted; GitHub did not accept it in time."
    notes = [] if posted or not job.get("commit") else [refused]
    try:
        yield ctx.call_activity("publish_verdict", input=result, retry_policy=RETRY)
    except task.TaskFailedError as error:
        notes.append(f"The verdict's event could not be published: {failure_of(error).reason.splitlines()[0]}")
    return {**result, "notes": [*result["notes"], *notes]}
