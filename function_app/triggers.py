"""Triggers only: each says when, and hands over to imagegate. Nothing here decides anything."""

from typing import TYPE_CHECKING

import azure.durable_functions as durable
from azure.functions import TimerRequest

from imagegate.flows import function

if TYPE_CHECKING:
    from azure.durable_functions import SyncDurableFunctionsClient

app = durable.DFApp()

for orchestrator in function.ORCHESTRATORS:
    app.orchestration_trigger(context_name="context")(orchestrator)
for name, activity in function.ACTIVITIES.items():
    app.activity_trigger(input_name="job", activity=name)(activity)


@app.durable_client_input(client_name="client")
@app.event_grid_trigger(arg_name="event")
def on_build_event(event: str, client: "SyncDurableFunctionsClient") -> None:
    """A build ended or a version was written; the text is the event as it came, in either schema."""
    function.on_build_event(event, client)


@app.durable_client_input(client_name="client")
@app.timer_trigger(schedule="0 */10 * * * *", arg_name="timer")
def reconcile(timer: TimerRequest, client: "SyncDurableFunctionsClient") -> None:  # noqa: ARG001 - its time is no news
    """Every ten minutes: what a lost event should have started."""
    function.reconcile(client)
