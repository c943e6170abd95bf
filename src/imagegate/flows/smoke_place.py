"""A place among the smoke VMs that there may be: waited for before one is made, given back once it is gone.

A place that is not given back, because something is left or the worker died, is free again when its VM expires.
"""

from collections.abc import Callable, Generator
from math import inf
from typing import TYPE_CHECKING, Any

from imagegate.flows.telling import StepFailed, Telling, call, pause
from imagegate.model import TeardownResult
from imagegate.model.smoke_vm import SmokeVm, lifetime_tags
from imagegate.model.verification import Cause, RegionOutcome, innermost_line

if TYPE_CHECKING:
    from durabletask.task import CancellableTask, OrchestrationContext, Task

    Steps = Generator[Task[Any], Any, Any]

_PAUSES: tuple[tuple[float, float], ...] = ((5, 0.5), (60, 5), (600, 30), (inf, 120))
"""Until so many seconds have passed, wait so many."""

_MAY_PASS = {Cause.SERVICE, Cause.THROTTLING}


def in_its_place(
    ctx: "OrchestrationContext",
    telling: Telling,
    stop: "CancellableTask[Any]",
    job: dict[str, Any],
    story: "Callable[[dict[str, Any]], Steps]",
) -> "Steps":
    """The `RegionOutcome` of the story, told once there is a place for its smoke VM; without one nothing is made."""
    place = job["places"][0]
    holder = SmokeVm.name_for(job["image_version_id"], job["run"], place["region"])
    try:
        placed = yield from _await_place(ctx, telling, stop, job, holder)
    except StepFailed as failed:
        telling.note(failed.reason)
        return RegionOutcome(
            region=place["region"],
            vm_size=place["vm_size"],
            vm_name=holder,
            cause=failed.cause,
            reason=failed.reason,
            teardown=TeardownResult.COMPLETE,
        )
    outcome: RegionOutcome = yield from story(placed)
    if placed["limits"] and outcome.teardown is TeardownResult.COMPLETE:
        yield from _give_back(ctx, telling, job, holder)
    return outcome


def _await_place(
    ctx: "OrchestrationContext", telling: Telling, stop: "CancellableTask[Any]", job: dict[str, Any], holder: str
) -> "Steps":
    """Return the job once there is a place, with the smoke VM's lifetime counted from then.

    With `optional` limits, who may not count goes on without a place.

    Raises:
        StepFailed: there was none in time, somebody asked to stop, or the count may not be kept.
    """
    limits = job["limits"]
    question = {**limits, "holder": holder, "lifetime_s": job["lifetime_s"]}
    begun, said = ctx.current_utc_datetime, ""
    while True:
        try:
            reason = yield from _refused(ctx, question)
        except StepFailed as failed:
            if failed.cause is not Cause.NOT_AUTHORISED or not limits.get("optional"):
                raise
            telling.note(f"smoke VMs are not counted: {innermost_line(failed.reason)}")
            return {**job, "limits": None}
        if not reason:
            break
        waited_s = (ctx.current_utc_datetime - begun).total_seconds()
        if waited_s >= limits["wait_s"]:
            raise StepFailed(Cause.LIMIT, reason)
        if reason != said:
            said = reason
            telling.note(f"waiting: {said}")
        yield from pause(ctx, next(length for until, length in _PAUSES if waited_s < until), stop)
    return {**job, "tags": {**job["tags"], **lifetime_tags(ctx.current_utc_datetime, job["lifetime_s"])}}


def _give_back(ctx: "OrchestrationContext", telling: Telling, job: dict[str, Any], holder: str) -> "Steps":
    """Let another verification have the place; where that fails, time gives it back."""
    question = {"records_container": job["limits"]["records_container"], "holder": holder}
    try:
        yield from call(ctx, "release_smoke_vm", question)
    except StepFailed as failed:
        telling.note(f"its place is free again when it expires: {innermost_line(failed.reason)}")


def _refused(ctx: "OrchestrationContext", question: dict[str, Any]) -> "Steps":
    """Why there is no place now, or "". A store that does not answer is no reason to give up."""
    try:
        answer = yield from call(ctx, "reserve_smoke_vm", question)
    except StepFailed as failed:
        if failed.cause not in _MAY_PASS:
            raise
        return innermost_line(failed.reason)
    return "" if answer["granted"] else answer["reason"]
