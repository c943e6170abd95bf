"""Triggers only: each says when, and hands over to imagegate. Nothing here decides anything."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import azure.durable_functions as durable
from azure.functions import TimerRequest

from imagegate.flows import function

if TYPE_CHECKING:
    from azure.durable_functions import SyncDurableFunctionsClient

app = durable.DFApp()


def _register_activity(name: str, activity: Callable[[dict[str, Any]], Any]) -> None:
    def run(job: dict) -> Any:  # type: ignore[type-arg]  # noqa: ANN401 - the worker refuses dict[str, Any]
        return activity(job)

    run.__name__ = name
    app.activity_trigger(input_name="job")(run)


for orchestrator in function.ORCHESTRATORS:
    app.orchestration_trigger(context_name="context")(orchestrator)
for activity_name, step in function.ACTIVITIES.items():
    _register_activity(activity_name, step)


@app.durable_client_input(client_name="client")
@app.event_grid_trigger(arg_name="event")
def on_build_event(event: str, client: "SyncDurableFunctionsClient") -> None:
    """A build ended or a version was written; the text is the event as it came, in either schema."""
    function.on_build_event(event, client)


@app.durable_client_input(client_name="client")
@app.activity_trigger(input_name="job")
def receive_again(job: dict, client: "SyncDurableFunctionsClient") -> Any:  # type: ignore[type-arg]  # noqa: ANN401 - as above
    """Part of `receive_later`: an event that came early is looked at once more."""
    return function.receive_again(job, client)


@app.durable_client_input(client_name="client")
@app.timer_trigger(schedule="0 */10 * * * *", arg_name="timer")
def reconcile(timer: TimerRequest, client: "SyncDurableFunctionsClient") -> None:  # noqa: ARG001 - its time is no news
    """Every ten minutes: what a lost event should have started."""
    function.reconcile(client)


@app.timer_trigger(schedule="0 5,20,35,50 * * * *", arg_name="timer")
def sweep(timer: TimerRequest) -> None:  # noqa: ARG001 - as above
    """Every quarter of an hour: what is past its expiry tag is deleted."""
    function.sweep()
