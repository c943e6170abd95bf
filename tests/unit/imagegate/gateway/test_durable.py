"""The engine in this process, for real: only the orchestrations are a test's."""

import inspect
import stat
import tempfile
from collections.abc import Generator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from durabletask import task
from durabletask.testing import InMemoryOrchestrationBackend

from imagegate.errors import ImageGateError, Interrupted
from imagegate.gateway import durable
from imagegate.gateway.durable import DurableEngine, output_of
from imagegate.waiting import SystemClock

Json = dict[str, Any]
Story = Generator[task.Task[Any], Any, Json]


def parent(ctx: task.OrchestrationContext, job: Json) -> Story:
    """Asks its child to stop when it is asked to."""
    stop = ctx.wait_for_external_event("interrupt")
    child_id = f"{ctx.instance_id}-child"
    ctx.set_custom_status({"told": "parent", "children": [child_id]})
    below: task.Task[Any] = ctx.call_sub_orchestrator("child", input=job, instance_id=child_id)
    yield task.when_any([below, stop])
    if not below.is_complete:
        ctx.send_event(child_id, "interrupt")
    found = yield below
    return {"child": found}


def child(ctx: task.OrchestrationContext, job: Json) -> Story:
    """Calls an activity, or waits until it is stopped."""
    ctx.set_custom_status({"told": "child"})
    if job.get("wait"):
        yield ctx.wait_for_external_event("interrupt")
        return {"stopped": True}
    yield ctx.create_timer(timedelta(milliseconds=1))
    answer = yield ctx.call_activity("double", input={"number": job["number"]})
    return {"answer": answer}


def broken(_ctx: task.OrchestrationContext, _job: Json) -> Story:
    """Fails."""
    raise KeyError("oops")
    yield


def double(job: Json) -> int:
    """Twice the number."""
    return int(job["number"]) * 2


def engine() -> DurableEngine:
    """With everything above."""
    return DurableEngine(orchestrators=[parent, child, broken], activities={"double": double})


def test_runs_to_the_end() -> None:
    """Orchestration, sub-orchestration, timer and activity work together, and both statuses are told."""
    told: list[Any] = []

    def listen(statuses: Mapping[str, Any]) -> None:
        told.extend(status["told"] for status in statuses.values())

    with engine() as running:
        running.start("parent", {"number": 21}, instance_id="one")
        state = running.watch("one", clock=SystemClock(), on_status=listen, interval_s=0.01)

    assert output_of(state) == {"child": {"answer": 42}}
    assert set(told) == {"parent", "child"}


def test_interrupted_and_asked_to_stop() -> None:
    """An interrupted clock ends the watching, not the orchestration; an event then ends that."""
    clock = SystemClock()
    with engine() as running:
        running.start("parent", {"wait": True}, instance_id="one")
        with pytest.raises(Interrupted):
            running.watch("one", clock=clock, on_status=lambda _: clock.interrupt())
        running.raise_event("one", "interrupt")
        state = running.watch("one", clock=SystemClock(), on_status=lambda _: None, interval_s=0.01)

    assert output_of(state) == {"child": {"stopped": True}}


def test_long_child_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sub-orchestration may take longer than the library's own patience, which ends after 30 s for ever."""
    waits: list[float | None] = []
    original = InMemoryOrchestrationBackend._wait_for_state

    def recorded(self: Any, instance_id: str, predicate: Any, timeout: float | None) -> Any:  # noqa: ANN401 - the library's
        waits.append(timeout)
        return original(self, instance_id, predicate, timeout)

    monkeypatch.setattr(InMemoryOrchestrationBackend, "_wait_for_state", recorded)
    with engine() as running:
        running.start("parent", {"number": 1}, instance_id="one")
        running.watch("one", clock=SystemClock(), on_status=lambda _: None, interval_s=0.01)

    assert waits == [durable._FOREVER_S]


def test_library_still_needs_our_patience() -> None:
    """The library still takes "no time limit" for 30 s; when this fails, the backend of our own can go."""
    assert "timeout if timeout else 30.0" in inspect.getsource(InMemoryOrchestrationBackend._wait_for_state)


def test_orchestration_that_breaks() -> None:
    """An orchestration that fails, which none of ours should, is told as a defect."""
    with engine() as running:
        running.start("broken", {}, instance_id="one")
        state = running.watch("one", clock=SystemClock(), on_status=lambda _: None, interval_s=0.01)

    with pytest.raises(ImageGateError, match="broke off"):
        output_of(state)


def test_unknown_instance() -> None:
    """An instance that was never started has no state."""
    with engine() as running:
        assert running.state("nobody") is None


def test_nobody_else_may_command_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It listens on a socket in a folder that only this user may enter, on no network address; both go with it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        with engine():
            made = list(Path(folder).iterdir())
            assert [stat.S_IMODE(one.stat().st_mode) for one in made] == [0o700]
            assert [file.is_socket() for one in made for file in one.iterdir()] == [True]

        assert list(Path(folder).iterdir()) == []


def test_long_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder with a long name does not make the socket's path too long."""
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))

    with engine() as running:
        running.start("child", {"number": 1}, instance_id="one")
        state = running.watch("one", clock=SystemClock(), on_status=lambda _: None, interval_s=0.01)

    assert output_of(state) == {"answer": 2}
    assert durable._socket_parent() is not None
