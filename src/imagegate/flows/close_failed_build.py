"""A build ended without a version: its statuses are closed with the root cause, or they would stay pending for ever."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from durabletask import task

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

_RETRY = task.RetryPolicy(first_retry_interval=timedelta(seconds=5), max_number_of_attempts=5, backoff_coefficient=2.0)


def close_failed_build(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Find the root cause, then close `imagegate/build` and `imagegate/verify` of the commit.

    `job`: `template_id`, the stamp's `repository`, `commit`, `ref` and `run`, and `run_status` as `Run.to_json` has it.
    """
    statuses = yield ctx.call_activity("explain_failed_build", input=job, retry_policy=_RETRY)
    posted = []
    for status in statuses:
        yield ctx.call_activity(
            "post_status", input={**status, "at": ctx.current_utc_datetime.isoformat()}, retry_policy=_RETRY
        )
        posted.append(status["context"])
    return {"posted": posted}
