"""The end of a smoke VM: everything that belongs to its name is taken away, and proved to be gone.

Nothing here heeds an interruption: it has a deadline of its own, and runs to it. It never raises.
"""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from imagegate.flows.telling import StepFailed, Telling, call, call_all, pause
from imagegate.model.smoke_vm import SmokeVm
from imagegate.model.verification import innermost_line

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

    Steps = Generator[Task[Any], Any, Any]

_STOP_PATIENCE_S = 120


def tear_down(
    ctx: "OrchestrationContext", telling: Telling, vm: SmokeVm, *, deadline_s: float, provisioned: bool
) -> "Steps":
    """Ids of what could not be proved gone, and of what was seen to be there before.

    `provisioned` is whether the deployment has ended; otherwise it is cancelled first.
    """
    telling.begin("teardown", f"Tearing down {vm.name}")
    deadline = ctx.current_utc_datetime + timedelta(seconds=deadline_s)
    left: list[str] = []
    seen: list[str] = []
    if not provisioned:
        yield from _stop_deployment(ctx, telling, vm, deadline)
    for stage in vm.teardown_stages:
        left += yield from _clear(ctx, telling, [one.text for one in stage], deadline, seen)
    telling.end(passed=not left)
    return left, seen


def _stop_deployment(ctx: "OrchestrationContext", telling: Telling, vm: SmokeVm, deadline: datetime) -> "Steps":
    """See that nothing more is made behind our back; the VM, which costs, is asked to go first.

    A deployment that will not stop keeps its place in what is left: it is the last thing to be deleted.
    """
    patience = min(deadline, ctx.current_utc_datetime + timedelta(seconds=_STOP_PATIENCE_S))
    told = False
    while True:
        try:
            answer = yield from call(ctx, "stop_smoke_deployment", {"id": vm.deployment_id.text})
        except StepFailed as failed:
            telling.note(innermost_line(failed.reason))
            return
        if answer["stopped"] or ctx.current_utc_datetime >= patience:
            return
        if not told:
            told = True
            telling.undoing(f"the deployment {vm.name} is being cancelled")
            yield from call_all(ctx, "tear_down_smoke_vm", [{"id": vm.id.text}])
        yield from pause(ctx, 1)


def _clear(
    ctx: "OrchestrationContext", telling: Telling, ids: Sequence[str], deadline: datetime, seen: list[str]
) -> "Steps":
    """Delete these and look again until they are gone or the deadline; returns what is left.

    A refusal is shown when it is first met, since the deadline may be many minutes away.
    """
    begun = ctx.current_utc_datetime
    waiting, told = list(ids), False
    refusals: set[tuple[str, str]] = set()
    while True:
        answers = yield from call_all(ctx, "tear_down_smoke_vm", [{"id": one} for one in waiting])
        reasons = {
            one: reason
            for one, answer in zip(waiting, answers, strict=True)
            if (reason := _still_there(one, answer, seen)) is not None
        }
        refused = [one for one, answer in zip(waiting, answers, strict=True) if _is_refused(answer)]
        waiting = list(reasons)
        if waiting and not told:
            told = True
            telling.undoing(f"deleting {', '.join(one.rsplit('/', 1)[-1] for one in waiting)}")
        for one in refused:
            if (one, reasons[one]) not in refusals:
                refusals.add((one, reasons[one]))
                telling.note(f"{one.rsplit('/', 1)[-1]} cannot be deleted yet: {reasons[one]}")
        hopeless = all("left alone" in reason for reason in reasons.values())
        if hopeless or ctx.current_utc_datetime >= deadline:
            break
        waited_s = (ctx.current_utc_datetime - begun).total_seconds()
        yield from pause(ctx, 0.2 if waited_s < 1 else 1 if waited_s < 30 else 5)
    for one in waiting:
        telling.note(f"still there: {one} ({reasons[one]})")
    return waiting


def _is_refused(answer: dict[str, Any] | StepFailed) -> bool:
    return isinstance(answer, StepFailed) or bool(answer.get("refused"))


def _still_there(resource_id: str, answer: dict[str, Any] | StepFailed, seen: list[str]) -> str | None:
    """Why it is still there, or None once it is gone."""
    if isinstance(answer, StepFailed):
        return innermost_line(answer.reason)
    if answer["existed"] and resource_id not in seen:
        seen.append(resource_id)
    return None if answer["gone"] else innermost_line(str(answer["reason"]))
