"""An app on the platform's own worker library: events, durable functions, timers, crashes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench_clock import BenchClock
from localazure.functions.host import FunctionHost
from localazure.functions.worker_process import AppNotLoaded, NoSuchFunction

StartHost = Callable[..., FunctionHost]
_PATIENCE_S = 20


def _event(event_id: str) -> str:
    return json.dumps({"id": event_id})


def test_functions_are_indexed_with_their_bindings(start_host: StartHost) -> None:
    """The host knows each function by the trigger that the library gave it."""
    functions = start_host().functions

    kinds = {name: functions[name].bindings[0]["type"] for name in ("on_event", "greet", "make_greeting", "tick")}
    assert kinds == {
        "on_event": "eventGridTrigger",
        "greet": "orchestrationTrigger",
        "make_greeting": "activityTrigger",
        "tick": "timerTrigger",
    }


def test_event_reaches_orchestration_and_activity(start_host: StartHost) -> None:
    """An event starts an orchestration that runs to its end through an activity and a durable timer."""
    host = start_host(GREETING="Good day")

    assert host.on_events("on_event", [_event("one")]) == []

    ended = host.durable.wait("one", _PATIENCE_S)
    assert ended is not None
    assert json.loads(ended.serialized_output or "")["greeting"] == "Good day, one"


def test_functions_run_in_a_process_of_their_own(start_host: StartHost) -> None:
    """The activity's process is the worker, not this one."""
    host = start_host()
    host.on_events("on_event", [_event("elsewhere")])

    ended = host.durable.wait("elsewhere", _PATIENCE_S)

    assert ended is not None
    assert json.loads(ended.serialized_output or "")["pid"] == host.worker_pid != os.getpid()


def test_events_of_one_delivery_fail_together_and_run_apart(start_host: StartHost) -> None:
    """One bad event is told by its error; the good one beside it has run."""
    host = start_host()

    errors = host.on_events("on_event", [_event("bad"), _event("good")])

    assert errors == ["ValueError: a bad event"]
    assert host.durable.wait("good", _PATIENCE_S) is not None


def test_activity_failure_fails_the_orchestration(start_host: StartHost) -> None:
    """What an activity raises is the orchestration's failure, in its words."""
    host = start_host()
    host.on_events("on_event", [_event("sour")])

    ended = host.durable.wait("sour", _PATIENCE_S)

    assert ended is not None
    assert ended.failure_details is not None
    assert "no mood for greetings" in ended.failure_details.message


def test_work_of_a_dead_worker_is_done_by_the_next(start_host: StartHost, tmp_path: Path) -> None:
    """A worker that dies in an activity is replaced, and the activity is delivered again."""
    host = start_host(DIE_ONCE=str(tmp_path / "died"))
    first = host.worker_pid
    host.durable.start("greet", {"id": "phoenix"}, instance_id="phoenix")

    ended = host.durable.wait("phoenix", _PATIENCE_S)

    assert ended is not None
    assert json.loads(ended.serialized_output or "")["greeting"] == "Hello, phoenix"
    assert host.worker_pid != first


def test_worker_ends_with_its_host(start_host: StartHost, tmp_path: Path) -> None:
    """Nothing of the app is left when its host is stopped."""
    host = start_host()
    pid = host.worker_pid

    host.__exit__(None, None, None)

    assert not Path(f"/proc/{pid}").exists()


def test_timer_runs_when_the_clock_says_so(start_host: StartHost, bench_clock: BenchClock, tmp_path: Path) -> None:
    """A timer function runs once its schedule is due on the cloud's clock, and not before."""
    marks = tmp_path / "ticked"
    os.mkfifo(marks)  # reading waits for the function to write: no sleep, no guess
    start_host()

    bench_clock.let_pass(days=1)

    assert marks.read_text() == "False\n"


def test_timer_runs_at_once_when_asked(start_host: StartHost, tmp_path: Path) -> None:
    """An administrator may run a timer's function now."""
    marks = tmp_path / "ticked"
    os.mkfifo(marks)
    host = start_host()

    host.run_timer("tick")

    assert marks.read_text() == "False\n"


@pytest.mark.parametrize("name", ["tick", "nobody"])
def test_only_event_grid_functions_take_events(start_host: StartHost, name: str) -> None:
    """A function without the trigger is as good as none."""
    host = start_host()

    assert not host.has_event_grid_trigger(name)
    with pytest.raises(NoSuchFunction):
        host.on_events(name, [_event("x")])


def test_app_that_does_not_load_says_why(start_host: StartHost, tmp_path: Path) -> None:
    """The library's own words about an app that cannot be imported reach the caller."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "function_app.py").write_text("import a_module_that_is_not_there\n")

    with pytest.raises(AppNotLoaded, match="a_module_that_is_not_there"):
        start_host(folder)


def test_folder_without_an_app_says_so(start_host: StartHost, tmp_path: Path) -> None:
    """A folder without function_app.py is refused."""
    folder = tmp_path / "empty"
    folder.mkdir()

    with pytest.raises(AppNotLoaded, match=r"function_app\.py"):
        start_host(folder)
