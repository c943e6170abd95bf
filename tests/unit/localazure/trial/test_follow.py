"""Following a verification in the Function, on a wire in the test's hands."""

import os
import signal
from typing import Any

import pytest

from localazure.trial import follow
from localazure.trial.follow import Follower
from observed_host import EVENT, ObservedHost

_VERSION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0"
_PASSED = {"verdict": "passed", "exit_code": 0, "reason": "It booted.", "cause": "none"}


def _orchestration(name: str = "verify_for_commit", status: str = "RUNNING", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "instance_id": "v" if name == "verify_for_commit" else "v-verify",
        "name": name,
        "status": status,
        "created_at": "2026-01-01T10:00:01+00:00",
        "last_updated_at": "2026-01-01T10:00:02+00:00",
        "input": {"image_version_id": _VERSION},
        "output": None,
        "custom_status": None,
        "failure": None,
        **changes,
    }


@pytest.fixture
def host() -> ObservedHost:
    """What the follower looks at."""
    return ObservedHost()


@pytest.fixture
def said() -> list[str]:
    """What was said."""
    return []


@pytest.fixture
def follower(host: ObservedHost, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Follower:
    """A follower that looks again at once."""
    monkeypatch.setattr(follow, "_INTERVAL_S", 0)
    return Follower(observer=host.observer, image_version_id=_VERSION.upper(), say=said.append)


def test_verdict(host: ObservedHost, follower: Follower, said: list[str]) -> None:
    """The verification's own result is the result; event and timeline are told and kept."""
    foreign = _orchestration(instance_id="other", input={"image_version_id": "/another"})
    ended = _orchestration(status="COMPLETED", output=_PASSED)
    host.looks = [[foreign], [foreign, _orchestration()], [foreign, ended]]

    result = follower.follow()

    assert (result.exit_code, result.document) == (0, _PASSED)
    assert follower.events == [EVENT]
    assert [entry["kind"] for entry in follower.timeline.entries] == ["started", "completed"]
    assert said[0] == "Event delivered to on_build_event: Microsoft.Resources.ResourceActionSuccess, id e-1"
    assert said[1] == "  subject /subscriptions/s/imageTemplates/web"


def test_failed_image(host: ObservedHost, follower: Follower) -> None:
    """A verdict that is no pass keeps its exit code and becomes an error, too."""
    output = _PASSED | {"verdict": "failed", "exit_code": 5, "reason": "refused", "cause": "image"}
    host.looks = [[_orchestration(status="COMPLETED", output=output)]]

    result = follower.follow()

    assert (result.exit_code, result.document["error"]["message"]) == (5, "refused")


def test_broken_orchestration(host: ObservedHost, follower: Follower) -> None:
    """An orchestration that broke off is a defect, told with its reason."""
    host.looks = [[_orchestration(status="FAILED", failure="boom")]]

    result = follower.follow()

    assert (result.exit_code, "boom" in result.document["error"]["message"]) == (1, True)


def test_function_that_never_begins(host: ObservedHost, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Function that begins nothing in its time is a service that was not reached."""
    monkeypatch.setattr(follow, "_BEGIN_S", 0)
    host.looks = [[]]

    assert follower.follow().exit_code == 7


def test_interrupted_while_it_verifies(host: ObservedHost, follower: Follower) -> None:
    """An interruption is passed on to the orchestration once, and its teardown is waited for."""
    running = [_orchestration(), _orchestration("verify_image_version")]
    output = _PASSED | {"verdict": "inconclusive", "exit_code": 130, "reason": "Interrupted.", "cause": "interrupted"}
    host.looks = [running, running, running, [_orchestration(status="COMPLETED", output=output)]]
    signals = iter([signal.SIGINT])
    host.at_look = lambda: _send(next(signals, None))

    assert follower.follow().exit_code == 130
    assert host.raised == ["/_localazure/functions/gate/orchestrations/v-verify/events/interrupt"]


def test_interrupted_before_it_verifies(host: ObservedHost, follower: Follower) -> None:
    """An interruption while nothing has begun ends at once."""
    host.looks = [[]]
    host.at_look = lambda: _send(signal.SIGTERM)

    assert follower.follow().exit_code == 130


def test_interrupted_twice(host: ObservedHost, follower: Follower) -> None:
    """A second interruption does not wait for the teardown."""
    host.looks = [[_orchestration(), _orchestration("verify_image_version")]]
    host.at_look = lambda: _send(signal.SIGINT)

    assert follower.follow().exit_code == 130


def _send(number: signal.Signals | None) -> None:
    if number is not None:
        os.kill(os.getpid(), number)
