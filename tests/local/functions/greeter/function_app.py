"""A small function app: an event starts an orchestration, which greets in an activity after a durable timer."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.durable_functions as durable
from azure.functions import TimerRequest

if TYPE_CHECKING:
    from azure.durable_functions import SyncDurableFunctionsClient

app = durable.DFApp()


@app.durable_client_input(client_name="client")
@app.event_grid_trigger(arg_name="event")
def on_event(event: str, client: "SyncDurableFunctionsClient") -> None:
    """Start one orchestration an event; an event of the id `bad` fails."""
    body = json.loads(event)
    if body["id"] == "bad":
        raise ValueError("a bad event")
    if client.get_orchestration_state(body["id"]) is None:
        client.schedule_new_orchestration("greet", input=body, instance_id=body["id"])


@app.orchestration_trigger(context_name="context")
def greet(context: Any, job: dict[str, Any]) -> Any:  # noqa: ANN401 - the library's untyped protocol
    """Greet, wait for a moment, return the greeting."""
    greeting = yield context.call_activity("greeting", input=job)
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=20))
    return greeting


@app.activity_trigger(input_name="job", activity="greeting")
def make_greeting(job: dict) -> dict[str, Any]:  # type: ignore[type-arg]  # the worker takes plain types only
    """A greeting with the setting `GREETING`; with DIE_ONCE set, the first call takes the whole process with it."""
    once = os.environ.get("DIE_ONCE")
    if once and not Path(once).exists():
        Path(once).touch()
        os._exit(3)
    if job["id"] == "sour":
        raise RuntimeError("no mood for greetings")
    return {"greeting": f"{os.environ['GREETING']}, {job['id']}", "pid": os.getpid()}


@app.timer_trigger(schedule="%TICKS%", arg_name="timer")
def tick(timer: TimerRequest) -> None:
    """Leave a mark."""
    with Path(os.environ["TICKED"]).open("a") as marks:
        marks.write(f"{timer.past_due}\n")
