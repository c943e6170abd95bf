"""Runs, as `lastRunStatus` tells them."""

from datetime import UTC, datetime

import pytest

from imagegate.model import Run, RunState, RunSubState, parse_time


def test_a_running_run() -> None:
    """Nanoseconds are cut, and the end in year 1 means that there is none yet."""
    run = Run.from_arm(
        {
            "runState": "running",
            "runSubState": "CUSTOMIZING",
            "startTime": "2020-04-30T23:24:06.756985789Z",
            "endTime": "0001-01-01T00:00:00Z",
        }
    )

    assert run is not None
    assert (run.state, run.sub_state) == (RunState.RUNNING, RunSubState.CUSTOMIZING)
    assert run.started_at == datetime(2020, 4, 30, 23, 24, 6, 756985, tzinfo=UTC)
    assert (run.ended_at, run.ended, str(run)) == (None, False, "Running (Customizing)")


@pytest.mark.parametrize("state", ["Succeeded", "PARTIALLYSUCCEEDED", "failed", "Canceled"])
def test_final_states(state: str) -> None:
    """The four final states are recognised in any spelling."""
    assert RunState.parse(state).ended


@pytest.mark.parametrize("state", ["Running", "Canceling", "Hibernating", None])
def test_other_states_are_not_final(state: str | None) -> None:
    """A state that nobody has heard of is no reason to stop watching."""
    assert not RunState.parse(state).ended


def test_no_run_yet() -> None:
    """A template that never ran has no run."""
    assert Run.from_arm(None) is None
    assert Run.from_arm({}) is None


@pytest.mark.parametrize("text", ["", None, "soon", "0001-01-01T00:00:00Z"])
def test_times_that_are_none(text: str | None) -> None:
    """Absent, unreadable and year 1 are all no time."""
    assert parse_time(text) is None
