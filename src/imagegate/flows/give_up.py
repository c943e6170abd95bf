"""A build or a verification did not report its end in time: its status is closed, so that it does not stay pending."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from imagegate.flows.closing import close_status
from imagegate.model import format_duration
from imagegate.model.commit_status import BUILD_CONTEXT, VERIFY_CONTEXT, verify_context

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

_NO_RESULT = "No result of the build within {}."
_NO_VERDICT = "No verdict within {}. The version stays out of latest."
_NAMELESS = " Statuses now name their image: {} (NAME)."
"""For a context of an older release, which nothing writes any longer: a rule of the repository may still ask for it."""


def give_up(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Close a status as an error: nothing was learnt about the image.

    `job`: `limit_s`, `repository`, `commit`, and `context`, or `image` and `image_version_id` of a verification.
    """
    context = job.get("context") or verify_context(job.get("image", ""))
    words = _NO_RESULT if context.startswith(BUILD_CONTEXT) else _NO_VERDICT
    posted = yield from close_status(
        ctx,
        job,
        context=context,
        state="error",
        description=words.format(format_duration(job["limit_s"])) + _hint(job.get("context", "")),
        subjects=[job["image_version_id"]] if "image_version_id" in job else [],
        only_pending="image_version_id" in job,  # its tags are claims
    )
    return {"posted": posted}


def _hint(context: str) -> str:
    return _NAMELESS.format(context) if context in {BUILD_CONTEXT, VERIFY_CONTEXT} else ""
