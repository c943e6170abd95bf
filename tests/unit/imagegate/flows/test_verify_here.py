"""The whole story on the real engine, in this process: only the wire is a test's."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fake_wire import SUBSCRIPTION, Answer
from imagegate.errors import Interrupted
from imagegate.flows.verify_here import verify_here
from imagegate.model import SmokeSpec
from imagegate.model.verification import Verification
from imagegate.report.progress import Silent
from imagegate.waiting import SystemClock
from smoke_azure import VERSION_ID, SmokeAzure

MAIN = "refs/heads/main"


class Listener(Silent):
    """Keeps what is told; `at` is called with each line."""

    def __init__(self, at: Callable[[str], None] = lambda _line: None) -> None:
        self.lines: list[str] = []
        self._at = at

    def _hear(self, line: str) -> None:
        self.lines.append(line)
        self._at(line)

    def step_began(self, title: str) -> None:
        """Keep it."""
        self._hear(f"began {title}")

    def step_ended(self, title: str, *, passed: bool, seconds: float) -> None:
        """Keep it."""
        self._hear(f"{'ended' if passed else 'broke'} {title}")

    def note(self, text: str) -> None:
        """Keep it."""
        self._hear(text)

    def undoing(self, text: str) -> None:
        """Keep it."""
        self._hear(f"({text})")


@pytest.fixture(autouse=True)
def _quick_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's clock: its timers are due after a moment."""
    sleep = time.sleep
    clock = SimpleNamespace(sleep=lambda seconds: sleep(min(seconds, 0.005)))
    monkeypatch.setattr("durabletask.testing.in_memory_backend.time", clock)


@pytest.fixture
def apache() -> Iterator[int]:
    """What the smoke VM would serve; its port on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Apache2 Debian Default Page")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def verify(azure: SmokeAzure, folder: Path, listener: Listener, *clocks: SystemClock) -> Verification:
    """Run it."""
    clock, teardown_clock, *_ = (*clocks, SystemClock(), SystemClock())
    job: dict[str, Any] = {
        "image_version_id": VERSION_ID,
        "run": "r1",
        "subscription_id": SUBSCRIPTION,
        "resource_group": "rg-images-smoke",
        "promoted_refs": [MAIN],
        "folder": str(folder),
    }
    return verify_here(azure.cloud(), job, progress=listener, clock=clock, teardown_clock=teardown_clock)


def azure_for(port: int, **changes: Any) -> SmokeAzure:  # noqa: ANN401 - any knob
    """A version whose tags ask that port, reboot included."""
    azure = SmokeAzure(serial_log_address=f"http://127.0.0.1:{port}/log", **changes)
    smoke = {"probes": [{"http": {"port": port, "contains": "Apache2"}}], "reboot": True}
    azure.add_version(tags={**SmokeSpec.from_mapping(smoke).to_tags(), "imagegate-ref": MAIN})
    return azure


def test_from_version_to_latest(apache: int, tmp_path: Path) -> None:
    """Validated, booted, probed, rebooted, probed, torn down, promoted: told in order, nothing left."""
    azure, listener = azure_for(apache), Listener()

    result = verify(azure, tmp_path, listener)

    assert (result.verdict, result.teardown, result.promoted, result.left) == ("passed", "complete", True, ())
    assert azure.smoke_resources == []
    assert not azure.resources[VERSION_ID.lower()]["properties"]["publishingProfile"]["excludeFromLatest"]
    assert Path(result.to_json()["serial_log"]).read_text() == "Apache2 Debian Default Page"
    steps = [line.split()[1] for line in listener.lines if line.startswith("ended")]
    expected = ["Validating", "Provisioning", "Probing", "Rebooting", "Probing", "Reading", "Tearing", "Letting"]
    assert steps == expected


def test_interrupted(apache: int, tmp_path: Path) -> None:
    """Interrupted while the VM is being made, it takes everything away before it ends."""
    clock = SystemClock()
    azure = azure_for(apache, polls=10_000)
    listener = Listener(lambda line: clock.interrupt() if line.startswith("began Provisioning") else None)

    result = verify(azure, tmp_path, listener, clock)

    assert (result.exit_code, result.teardown, result.promoted) == (130, "complete", False)
    assert azure.smoke_resources == []
    assert any(line.startswith("(interrupted") for line in listener.lines)


def test_interrupted_twice(apache: int, tmp_path: Path) -> None:
    """Interrupted during the teardown it gives up, and leaves the rest to the sweep."""
    clock, teardown_clock = SystemClock(), SystemClock()
    azure = azure_for(apache, polls=10_000, deletions_take=10_000)

    def interrupting(line: str) -> None:
        if line.startswith("began Provisioning"):
            clock.interrupt()
        if line.startswith("began Tearing"):
            teardown_clock.interrupt()

    with pytest.raises(Interrupted):
        verify(azure, tmp_path, Listener(interrupting), clock, teardown_clock)

    assert azure.smoke_resources != []


def test_transient_errors_are_tried_again(apache: int, tmp_path: Path) -> None:
    """A server error that outlasts the SDK's own retries is tried again by the story."""
    azure = azure_for(apache)
    body = {"error": {"code": "InternalServerError", "message": "again"}}
    azure.refusals["GET", "/versions/"] = [Answer(status=500, body=body)] * 13

    result = verify(azure, tmp_path, Listener())

    assert result.verdict == "passed"
