"""The proof of a version came after its verification had stopped waiting: it becomes `latest` now."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from imagegate.flows.closing import close_status
from imagegate.flows.decide_promotion import decide_promotion
from imagegate.flows.verify_for_commit import with_decision
from imagegate.model import TeardownResult
from imagegate.model.commit_status import verify_context
from imagegate.model.verification import Cause, Verification
from imagegate.report.verdict_text import status_of

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task


def promote_late(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """What `decide_promotion` returns for the same job; where the version may speak, its commit shows it.

    `job`: as `decide_promotion` takes it, of a version that passed, and whose status it is.
    """
    decision: dict[str, Any] = yield ctx.call_sub_orchestrator(
        decide_promotion.__name__, input=job, instance_id=f"{ctx.instance_id}-decide"
    )
    if not decision["speaks"]:
        return decision
    passed = Verification(
        image_version_id=job["image_version_id"],
        run="",
        cause=Cause.NONE,
        reason="",
        teardown=TeardownResult.COMPLETE,
        may_promote=True,
    )
    state, description = status_of(Verification.from_json(with_decision(passed.to_json(), decision)))
    yield from close_status(
        ctx,
        job,
        context=verify_context(job["image"]),
        state=state,
        description=description,
        subjects=[job["image_version_id"]],
    )
    return decision
