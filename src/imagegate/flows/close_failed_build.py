"""A build ended without a version: its statuses are closed with the root cause, or they would stay pending for ever."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from durabletask import task

from imagegate.flows.closing import close_status
from imagegate.flows.telling import RETRY
from imagegate.model.commit_status import BUILD_CONTEXT, VERIFY_CONTEXT

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task


def close_failed_build(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Find the root cause, then close both statuses of the commit.

    `job`: `template_id`, `run_started_at`, and `repository`, `commit` and `ref` of the template's stamp.
    """
    try:
        ended = yield ctx.call_activity("explain_failed_build", input=job, retry_policy=RETRY)
    except task.TaskFailedError:  # that it failed is known; why can be read in Azure
        ended = {"state": "failure", "description": "The build failed; its reason could not be read."}
    if ended["state"] == "none":
        return {"posted": False, "reason": ended["description"]}
    posted = yield from close_status(
        ctx,
        job,
        context=BUILD_CONTEXT,
        state=ended["state"],
        description=ended["description"],
        unless_closed=True,  # the job that built it had the log at hand
    )
    yield from close_status(
        ctx, job, context=VERIFY_CONTEXT, state="error", description=f"Not verified. {ended['description']}"
    )
    return {"posted": posted, **ended}
