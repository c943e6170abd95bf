"""Nobody will say any more how a build or a version did: its status is closed, or it would wait for ever."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from imagegate.flows.closing import close_status
from imagegate.model import format_duration
from imagegate.model.commit_status import BUILD_CONTEXT, VERIFY_CONTEXT

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

_WORDS = {
    BUILD_CONTEXT: "Whoever built it did not say within {} how that ended.",
    VERIFY_CONTEXT: "No verdict within {}. The version stays out of `latest`.",
}


def give_up(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Close a status as an error: nothing was learnt about the image.

    `job`: `limit_s`, `repository`, `commit`, and `context` (default: the verification's).
    """
    context = job.get("context", VERIFY_CONTEXT)
    description = _WORDS[context].format(format_duration(job["limit_s"]))
    posted = yield from close_status(ctx, job, context=context, state="error", description=description)
    return {"posted": posted}
