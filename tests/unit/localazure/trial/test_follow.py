"""Following a verification in the Function, on a wire in the test's hands."""

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from localazure.trial import follow
from localazure.trial.follow import Follower
from localazure.trial.observer import Observer

_VERSION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0"
_EVENT = {
    "id": "e-1",
    "type": "Microsoft.Resources.ResourceActionSuccess",
    "subject": "/subscriptions/s/imageTemplates/web",
    "time": "2026-01-01T10:00:00Z",
    "function": "on_build_event",
    "accepted": True,
}
_PASSED = {"verdict": "passed", "exit_code": 0, "reason": "It booted.", "cause": "none"}


class _Host(BaseAdapter):
    """The control path of a local cloud: one look after the other, the last for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[list[dict[str, Any]]] = []
        self.at_look: Callable[[], None] = lambda: None
        self.raised: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        """Answer: a token, a look, or an event that was raised."""
        path = str(request.path_url)
        if path.endswith("/token"):
            return _answer(200, {"access_token": "t"})
        if request.headers.get("Authorization") != "Bearer t":
            return _answer(401, {})
        if request.method == "POST":
            self.raised.append(path)
            return _answer(202, {})
        self.at_look()
        shown = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return _answer(200, {"events": [_EVENT], "orchestrations": shown})

    def close(self) -> None:
        """Nothing to close."""


def _answer(status: int, body: object) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body).encode()
    response.url = "https://localhost"
    return response


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
def host() -> _Host:
    """What the follower looks at."""
    return _Host()


@pytest.fixture
def said() -> list[str]:
    """What was said."""
    return []


@pytest.fixture
def follower(host: _Host, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Follower:
    """A follower that looks again at once."""
    monkeypatch.setattr(follow, "_INTERVAL_S", 0)
    environment = {
        "IMAGEGATE_ARM_ENDPOINT": "https://localhost",
        "AZURE_TENANT_ID": "tenant",
        "AZURE_CLIENT_ID": "client",
        "AZURE_CLIENT_SECRET": "secret",
        "REQUESTS_CA_BUNDLE": "",
    }
    observer = Observer(environment, "gate")
    observer._session.mount("https://", host)
    return Follower(observer=observer, image_version_id=_VERSION.upper(), say=said.append)


def test_verdict(host: _Host, follower: Follower, said: list[str]) -> None:
    """The verification's own result is the result; event and timeline are told and kept."""
    foreign = _orchestration(instance_id="other", input={"image_version_id": "/another"})
    ended = _orchestration(status="COMPLETED", output=_PASSED)
    host.looks = [[foreign], [foreign, _orchestration()], [foreign, ended]]

    result = follower.follow()

    assert (result.exit_code, result.document) == (0, _PASSED)
    assert follower.events == [_EVENT]
    assert [entry["kind"] for entry in follower.timeline.entries] == ["started", "completed"]
    assert said[0] == "Event delivered to on_build_event: Microsoft.Resources.ResourceActionSuccess, id e-1"
    assert said[1] == "  subject /subscriptions/s/imageTemplates/web"


def test_failed_image(host: _Host, follower: Follower) -> None:
    """A verdict that is no pass keeps its exit code and becomes an error, too."""
    output = _PASSED | {"verdict": "failed", "exit_code": 5, "reason": "refused", "cause": "image"}
    host.looks = [[_orchestration(status="COMPLETED", output=output)]]

    result = follower.follow()

    assert (result.exit_code, result.document["error"]["message"]) == (5, "refused")


def test_broken_orchestration(host: _Host, follower: Follower) -> None:
    """An orchestration that broke off is a defect, told with its reason."""
    host.looks = [[_orchestration(status="FAILED", failure="boom")]]

    result = follower.follow()

    assert (result.exit_code, "boom" in result.document["error"]["message"]) == (1, True)


def test_function_that_never_begins(host: _Host, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Function that begins nothing in its time is a service that was not reached."""
    monkeypatch.setattr(follow, "_BEGIN_S", 0)
    host.looks = [[]]

    assert follower.follow().exit_code == 7


def test_interrupted_while_it_verifies(host: _Host, follower: Follower) -> None:
    """An interruption is passed on to the orchestration once, and its teardown is waited for."""
    running = [_orchestration(), _orchestration("verify_image_version")]
    output = _PASSED | {"verdict": "inconclusive", "exit_code": 130, "reason": "Interrupted.", "cause": "interrupted"}
    host.looks = [running, running, running, [_orchestration(status="COMPLETED", output=output)]]
    signals = iter([signal.SIGINT])
    host.at_look = lambda: _send(next(signals, None))

    assert follower.follow().exit_code == 130
    assert host.raised == ["/_localazure/functions/gate/orchestrations/v-verify/events/interrupt"]


def test_interrupted_before_it_verifies(host: _Host, follower: Follower) -> None:
    """An interruption while nothing has begun ends at once."""
    host.looks = [[]]
    host.at_look = lambda: _send(signal.SIGTERM)

    assert follower.follow().exit_code == 130


def test_interrupted_twice(host: _Host, follower: Follower) -> None:
    """A second interruption does not wait for the teardown."""
    host.looks = [[_orchestration(), _orchestration("verify_image_version")]]
    host.at_look = lambda: _send(signal.SIGINT)

    assert follower.follow().exit_code == 130


def _send(number: signal.Signals | None) -> None:
    if number is not None:
        os.kill(os.getpid(), number)
