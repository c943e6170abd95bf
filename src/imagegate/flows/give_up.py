"""A version got no verdict in time: its status is closed, since nobody would wait for it any longer."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from imagegate.flows.closing import VERIFY_CONTEXT, close_status
from imagegate.model import format_duration

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task


def give_up(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Close the verification's status as an error: nothing was learnt about the image.

    `job`: `image_version_id`, `limit_s`, and `repository` and `commit` of the version's stamp.
    """
    description = f"No verdict within {format_duration(job['limit_s'])}. The version stays out of `latest`."
    posted = yield from close_status(ctx, job, context=VERIFY_CONTEXT, state="error", description=description)
    return {"posted": posted}
