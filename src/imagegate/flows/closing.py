"""Closes commit statuses from within an orchestration."""

from collections.abc import Generator, Mapping, Sequence
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
    subjects: Sequence[str] = (),
    unless_closed: bool = False,
    only_pending: bool = False,
) -> "Generator[Task[Any], Any, bool]":
    """Post a status to the job's commit; False, and nothing posted, for a build that names no commit.

    `state` is GitHub's: success, failure or error. `subjects` are the image versions that it speaks of; none: the image
    as a whole. `unless_closed` leaves a status that is closed as it is: the job that closed it knows more.
    `only_pending` closes a pending status and writes nothing else. The link goes to the build's run, if the stamp names
    one. A status that cannot be posted gives False: the verdict stands.
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
        "subjects": list(subjects),
        "at": ctx.current_utc_datetime.isoformat(),
        "unless_closed": unless_closed,
        "only_pending": only_pending,
    }
    try:
        yield ctx.call_activity(POST_STATUS, input=status, retry_policy=_RETRY)
    except task.TaskFailedError:
        return False
    return True
