"""An event came before its resource had come to rest: wait for that, and then do what the event asks for.

Event Grid repeats a failed delivery, but delays new ones to a receiver that fails; so a delivery is taken, and this
waits. What it never sees at rest is left to `reconcile`.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from imagegate.flows.telling import StepFailed, call, pause

if TYPE_CHECKING:
    from durabletask.task import OrchestrationContext, Task

RECEIVE_AGAIN = "receive_again"
"""The activity: the event is looked at once more. The answer: `early`, why it still has to wait, or empty."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 15.0, 300.0


def receive_later(ctx: "OrchestrationContext", job: dict[str, Any]) -> "Generator[Task[Any], Any, dict[str, Any]]":
    """Look again until the event can be handled, or the limit has passed. `job`: the event's JSON, and `limit_s`."""
    deadline = ctx.current_utc_datetime + timedelta(seconds=job["limit_s"])
    pause_s = _FIRST_PAUSE_S
    while True:
        yield from pause(ctx, pause_s)
        try:
            answer = yield from call(ctx, RECEIVE_AGAIN, job)
        except StepFailed as failed:
            answer = {"early": failed.reason}
        if not answer["early"] or ctx.current_utc_datetime >= deadline:
            return answer
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
