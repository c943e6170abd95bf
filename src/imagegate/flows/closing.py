"""Closes commit statuses from within an orchestration: the same words for every story that ends."""

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from durabletask import task

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

POST_STATUS = "post_status"
_RETRY = task.RetryPolicy(
    first_retry_interval=timedelta(seconds=10),
    max_number_of_attempts=12,
    backoff_coefficient=2.0,
    max_retry_interval=timedelta(minutes=15),
)
"""About two hours: a status that is not closed keeps a pull request waiting, and rate limits last an hour."""


def close_status(
    ctx: "OrchestrationContext",
    job: Mapping[str, Any],
    *,
    context: str,
    state: str,
    description: str,
    unless_closed: bool = False,
) -> "Generator[Task[Any], Any, bool]":
    """Post a status to the job's commit; False, and nothing posted, for a build that names no commit.

    `state` is GitHub's: success, failure or error. `unless_closed` leaves a status of ours that is not pending any more
    as it is: whoever opened it closed it, and knows more. The link goes to the build's own run, where the stamp names
    one. Whatever hinders the posting for good leaves False: a verdict stands whether or not it could be told.
    """
    if not (job.get("repository") and job.get("commit")):
        return False
    status = {
        "repository": job["repository"],
        "commit": job["commit"],
        "context": context,
        "state": state,
        "description": description,
        "target_url": "",
        "run": job.get("run_of_build", ""),
        "at": ctx.current_utc_datetime.isoformat(),
        "unless_closed": unless_closed,
    }
    try:
        yield ctx.call_activity(POST_STATUS, input=status, retry_policy=_RETRY)
    except task.TaskFailedError:
        return False
    return True
