"""The worker is killed after an activity has done its work and before it could tell: nothing is lost, nothing is left.

In Azure the story's history outlives a worker, and what was not answered for is delivered again; here the host does so.
What the in-memory engine cannot show (its history dies with the host) is shown the harder way: nothing of the first
verification is remembered at all, and the timers bring it to an end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from function_world import IMAGES, SITE, SMOKE, TEMPLATE, GitHub, ServingEngine, build, give_token, serve
from localazure.assembly import LocalCloud

_PATIENCE_S = 120
_VERSIONS = f"{IMAGES}/providers/Microsoft.Compute/galleries/golden/images/web/versions"
_GO, _DIE = 200, 205
_UNTIL_THE_VERDICT = (
    "validate_image_version",
    "provision_smoke_vm",
    "await_smoke_vm",
    "probe_http",
    "collect_diagnostics",
    "tear_down_smoke_vm",
    "prove_gone",
    "record_verdict",  # its first call changes the tags; the record, which counts, comes with the next
)
_AFTER_THE_VERDICT = ("publish_verdict", "check_proof", "promote_by_proof", "post_status")


class Gate:
    """Decides what becomes of an activity that has done its work: it goes on, its worker dies, or it waits for ever."""

    def __init__(self) -> None:
        self.died: list[str] = []
        self.everyone_dies_once = False
        self.held = ""
        self.reached = threading.Event()
        self.over = threading.Event()
        self.url = ""

    def answer(self, activity: str) -> int:
        """What the activity is told."""
        if activity == self.held:
            self.reached.set()
            self.over.wait()
        if self.everyone_dies_once and activity not in self.died:
            self.died.append(activity)
            return _DIE
        return _GO

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Answers `/<activity>`."""
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    self.send_response(gate.answer(self.path.rsplit("/", 1)[-1]))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    """Who asked is dead."""

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def function_code() -> Path:
    """The Function, mortal."""
    return Path(__file__).with_name("mortal")


@pytest.fixture
def gate(azure: Any, servers: ExitStack) -> Gate:  # noqa: ANN401 - the caller of tests/local
    """A gate that the Function asks."""
    found = Gate()
    found.url = f"http://127.0.0.1:{serve(servers, ('127.0.0.1', 0), found.handler())}"
    servers.callback(found.over.set)  # before its server is left: who waits there is let go
    _restart(azure, TEST_GATE=found.url)
    return found


@pytest.fixture
def reconcile(azure: Any, cloud_server: LocalCloud) -> Callable[[], None]:  # noqa: ANN401 - as above
    """The timer comes round, in whatever host runs now."""

    def run() -> None:
        host = cloud_server.functions.host("gate")
        assert host is not None
        host.run_timer("reconcile")

    return run


def _restart(azure: Any, **settings: str) -> None:  # noqa: ANN401 - as above
    """A write of the settings starts the app anew: the worker is killed, and the host's engine is gone with it."""
    path = f"{SITE}/config/appsettings"
    known = azure("POST", f"{path}/list", api_version="2024-04-01").json()["properties"]
    assert azure("PUT", path, {"properties": {**known, **settings}}, api_version="2024-04-01").ok


def _newest(azure: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    found = azure("GET", _VERSIONS, api_version="2023-07-03").json()["value"]
    return dict(max(found, key=lambda version: [int(part) for part in version["name"].split(".")]))


def test_worker_dies_after_every_activity(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    gate: Gate,
    reconcile: Callable[[], None],
    recording_engine: ServingEngine,
    cloud_server: LocalCloud,
    sign_versions: Callable[[], None],
) -> None:
    """Each activity's work is done twice, since each worker dies before it tells: one VM, one verdict, nothing left."""
    build(azure, recording_engine.port)
    sign_versions()
    gate.everyone_dies_once = True

    reconcile()

    assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S)
    host = cloud_server.functions.host("gate")
    assert host is not None
    (story,) = [state.instance_id for state in host.durable.instances() if state.name == "verify_for_commit"]
    ended = host.durable.wait(story, _PATIENCE_S)
    assert ended is not None
    assert ended.failure_details is None
    assert set(gate.died) >= {*_UNTIL_THE_VERDICT, *_AFTER_THE_VERDICT}
    assert [status["state"] for status in github.posted if status["context"] == "imagegate/verify (web)"] == ["success"]
    assert _newest(azure)["tags"]["imagegate-verdict"] == "passed"
    assert len(recording_engine.machines) == 1
    assert azure("GET", f"{SMOKE}/resources").json()["value"] == []


@pytest.mark.slow
def test_everything_dies_after_each_activity(
    azure: Any,  # noqa: ANN401 - as above
    github: GitHub,
    gate: Gate,
    reconcile: Callable[[], None],
    recording_engine: ServingEngine,
    sign_versions: Callable[[], None],
) -> None:
    """Worker and history die together after each activity in turn: the timer begins anew, and it ends clean."""
    give_token(azure)
    for number, activity in enumerate((*_UNTIL_THE_VERDICT, *_AFTER_THE_VERDICT)):
        github.posted.clear()
        github.awaited("imagegate/verify (web)").clear()
        if number:
            azure.settled("POST", f"{TEMPLATE}/run", api_version="2024-02-01")
        else:
            build(azure, recording_engine.port)
        sign_versions()
        gate.held = activity
        reconcile()
        assert gate.reached.wait(_PATIENCE_S), activity

        _restart(azure)
        gate.held = ""
        gate.over.set()
        gate.reached.clear()
        gate.over.clear()
        reconcile()

        if activity in _UNTIL_THE_VERDICT:
            assert github.awaited("imagegate/verify (web)").wait(_PATIENCE_S), activity
            assert [status["state"] for status in github.posted] == ["success"], activity
        version = _newest(azure)
        assert version["name"] == f"0.0.{number + 1}"
        assert version["tags"]["imagegate-verdict"] == "passed", activity
        assert azure("GET", f"{SMOKE}/resources").json()["value"] == [], activity
        assert not any(machine.running for machine in recording_engine.machines), activity
