"""Following the closing of statuses, with a cloud in the test's hands."""

from typing import Any

import pytest
import requests

from localazure.trial import closing
from localazure.trial.closing import ClosingFollower, closings_of
from observed_host import EVENT, ObservedHost

_OUTPUT = {"state": "failure", "description": "apt: no such package", "posted": True}


def _closing(status: str = "RUNNING", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "instance_id": "c-1",
        "name": "close_failed_build",
        "status": status,
        "created_at": "2026-01-01T10:00:01+00:00",
        "last_updated_at": "2026-01-01T10:00:02+00:00",
        "input": {},
        "output": None,
        "custom_status": None,
        "failure": None,
        **changes,
    }


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other at once."""
    monkeypatch.setattr(closing, "_INTERVAL_S", 0)


def test_closing_is_told_and_returned() -> None:
    """The root cause that the Function found is the result; earlier closings and other orchestrations are not."""
    said: list[str] = []
    earlier = _closing("COMPLETED", instance_id="c-0", output={"state": "error"})
    done = _closing("COMPLETED", output=_OUTPUT)
    host = ObservedHost()
    host.looks = [[earlier], [earlier, _closing()], [earlier, done]]
    observer = host.observer
    known = closings_of(observer)

    follower = ClosingFollower(observer=observer, say=said.append, known=known)

    assert follower.follow() == _OUTPUT
    assert said[-1] == "Closed as failure: apt: no such package"
    assert follower.events == [EVENT]
    assert follower.timeline.entries[-1]["text"] == "close_failed_build: completed"


def test_closing_that_broke_off() -> None:
    """A closing that failed is told with its reason, and there is no result."""
    said: list[str] = []

    host = ObservedHost()
    host.looks = [[_closing("FAILED", failure="boom")]]

    found = ClosingFollower(observer=host.observer, say=said.append).follow()

    assert found is None
    assert said[-1] == "Closing the statuses broke off: boom"


def test_no_closing_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Function that does nothing does not hold the trial up for ever."""
    monkeypatch.setattr(closing, "_PATIENCE_S", 0)
    said: list[str] = []
    host = ObservedHost()
    host.looks = [[]]

    assert ClosingFollower(observer=host.observer, say=said.append).follow() is None
    assert "no statuses in time" in said[0]


def test_host_that_does_not_answer() -> None:
    """A cloud that is gone ends the following."""
    said: list[str] = []
    host = ObservedHost()
    host.looks = [[]]
    host.at_look = _gone

    assert ClosingFollower(observer=host.observer, say=said.append).follow() is None
    assert "does not answer" in said[0]


def _gone() -> None:
    raise requests.ConnectionError("gone")
