"""Watching a run."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from fake_image_builder import TEMPLATES, YEAR_ONE
from fake_wire import Answer, HandClock, Seen, Wire, cloud_on
from imagegate.errors import DeadlinePassed
from imagegate.gateway.image_templates import ImageTemplates
from imagegate.model import Run, RunState
from imagegate.steps.await_run import Watched, await_run
from imagegate.waiting import Deadline

START = "2026-11-01T12:00:00.123456789Z"
STARTED = Run(state=RunState.RUNNING, started_at=datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC))


def _status(state: str, sub_state: str = "", end: str = YEAR_ONE, start: str = START) -> Answer:
    run = {"runState": state, "runSubState": sub_state, "startTime": start, "endTime": end}
    return Answer(
        body={"id": f"{TEMPLATES}/t", "properties": {"lastRunStatus": run, "exactStagingResourceGroup": "/x/IT_x"}}
    )


def _watch(
    wire: Wire, clock: HandClock, notes: list[str], *, retry_after_s: float | None = 5, limit_s: float = 3600
) -> Watched:
    return await_run(
        ImageTemplates(cloud_on(wire), "rg-images"),
        "t",
        STARTED,
        retry_after_s=retry_after_s,
        deadline=Deadline.after(limit_s, clock),
        note=notes.append,
    )


def test_one_line_a_change(wire: Wire, clock: HandClock) -> None:
    """A change of state is one line, in whatever spelling it comes; year 1 as the end does not end it."""
    wire.on(
        "GET",
        f"{TEMPLATES}/t",
        _status("Running", "Queued"),
        _status("running", "customizing"),
        _status("Running", "Customizing"),
        _status("SUCCEEDED", end="2026-11-01T12:10:00Z"),
    )
    notes: list[str] = []

    watched = _watch(wire, clock, notes)

    assert notes == ["Running (Queued)", "Running (Customizing) after 5 s", "Succeeded after 15 s"]
    assert watched.run.state is RunState.SUCCEEDED
    assert watched.substates == {"queued": 5.0, "customizing": 10.0}


def test_the_limit(wire: Wire, clock: HandClock) -> None:
    """A run that goes on beyond the limit is given up, not waited for."""
    wire.on("GET", f"{TEMPLATES}/t", _status("Running", "Building"))

    with pytest.raises(DeadlinePassed, match="after 100 s; it may still happen"):
        _watch(wire, clock, [], limit_s=100)


@pytest.mark.parametrize(
    ("asked", "first", "last"), [(0.0, 0.2, 30.0), (2.0, 2.0, 30.0), (45.0, 30.0, 45.0), (None, 0.5, 30.0)]
)
def test_the_pace(wire: Wire, clock: HandClock, asked: float | None, first: float, last: float) -> None:
    """Early looks come as often as the service asks, but five times a second at most; late ones twice a minute."""
    end = clock.time + 1200
    looks: list[float] = []

    def answer(_seen: Seen) -> Answer:
        looks.append(clock.time)
        return _status("Running", "Building") if clock.time < end else _status("Succeeded")

    wire.on("GET", f"{TEMPLATES}/t", answer)

    _watch(wire, clock, [], retry_after_s=asked)

    pauses = [after - before for before, after in pairwise(looks)]
    assert pauses[0] == pytest.approx(first)
    assert pauses[-1] == pytest.approx(last)


@pytest.mark.parametrize("asked", [None, 2.0, 45.0, 300.0])
def test_a_heartbeat_every_half_minute(wire: Wire, clock: HandClock, asked: float | None) -> None:
    """However seldom the service wants to be asked, people hear something every half minute."""
    end, told = clock.time + 1200, [clock.time]
    wire.on(
        "GET",
        f"{TEMPLATES}/t",
        lambda _seen: _status("Running", "Building") if clock.time < end else _status("Succeeded"),
    )

    await_run(
        ImageTemplates(cloud_on(wire), "rg-images"),
        "t",
        STARTED,
        retry_after_s=asked,
        deadline=Deadline.after(3600, clock),
        note=lambda _text: told.append(clock.time),
    )

    assert max(after - before for before, after in pairwise(told)) <= 31


def test_a_cancelled_run_ends(wire: Wire, clock: HandClock) -> None:
    """Canceling goes on, Canceled ends."""
    states: Iterator[Answer] = iter([_status("Canceling"), _status("Canceled")])
    wire.on("GET", f"{TEMPLATES}/t", lambda _seen: next(states))

    assert _watch(wire, clock, []).run.state is RunState.CANCELED
