"""Probing from inside: the command, what it prints, and the script itself, run by a real shell."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fake_wire import SUBSCRIPTION
from imagegate.model import Attempt, HttpProbe, Probe, TcpProbe
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps import run_inside as module
from imagegate.steps.run_inside import await_run_inside, run_inside, script_for
from smoke_azure import SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)


def job(probe: Probe | None = None) -> dict[str, Any]:
    """The job of both steps."""
    return {"vm": VM.to_json(), "probe": (probe or HttpProbe()).to_mapping(), "name": "imagegate-1", "number": 1}


def outcome(view: dict[str, Any], probe: Probe | None = None) -> tuple[Attempt, bool]:
    """The attempt that an instance view amounts to, and whether the script ran."""
    azure = SmokeAzure(run_command=view)
    cloud = azure.cloud()
    run_inside(cloud, job(probe))
    answer = await_run_inside(cloud, job(probe))
    assert answer["ended"]
    return Attempt.from_json(answer["attempt"]), answer["ran"]


def test_twice_runs_once() -> None:
    """A second delivery finds the command of that name and puts no other."""
    azure = SmokeAzure()
    cloud = azure.cloud()

    assert run_inside(cloud, job()) == {"submitted": True}
    assert run_inside(cloud, job()) == {"submitted": False}
    assert azure.count("PUT", "/runCommands/") == 1


def test_the_one_before_goes() -> None:
    """The next attempt's command takes the place of the one before: a VM takes only so many."""
    azure = SmokeAzure()
    cloud = azure.cloud()
    run_inside(cloud, job())

    run_inside(cloud, {**job(), "name": "imagegate-2", "previous": "imagegate-1"})

    assert [key.rsplit("/", 1)[1] for key in azure.resources if "/runcommands/" in key] == ["imagegate-2"]


def test_running() -> None:
    """A command that runs has not ended."""
    azure = SmokeAzure(run_command={"executionState": "Running"})
    cloud = azure.cloud()
    run_inside(cloud, job())

    assert await_run_inside(cloud, job()) == {"ended": False}


def test_passed() -> None:
    """Exit code 0 and the sentinel together pass."""
    attempt, ran = outcome({"executionState": "Succeeded", "exitCode": 0, "output": "imagegate-probe: 200\n"})

    assert (attempt.passed, attempt.status, attempt.detail, ran) == (True, 200, "status 200", True)


@pytest.mark.parametrize(
    ("code", "output", "said"),
    [
        (11, "imagegate-probe: 503\nlater", "status 503, expected 200"),
        (12, "imagegate-probe: 200\nIt works!", 'the body does not contain "Apache2"'),
        (13, "imagegate-probe: none", "there is no curl"),
        (14, "imagegate-probe: 000\ncurl: (7) Failed to connect", "no answer: curl: (7) Failed to connect"),
        (99, "imagegate-probe: 200\n", "exit code 99"),
    ],
)
def test_non_zero_exit_is_seen(code: int, output: str, said: str) -> None:
    """A script's own failure fails the attempt, although Azure calls the command a success."""
    view = {"executionState": "Succeeded", "exitCode": code, "output": output}

    attempt, ran = outcome(view, HttpProbe(contains="Apache2"))

    assert (attempt.passed, ran) == (False, True)
    assert said in attempt.detail


@pytest.mark.parametrize(
    "view",
    [
        {"executionState": "Succeeded", "exitCode": 0, "output": "This is a sample script"},
        {"executionState": "Failed", "exitCode": 1, "output": "", "error": "sh: not found"},
        {"executionState": "TimedOut", "output": ""},
        {"executionState": "Failed", "executionMessage": "the agent did not answer"},
    ],
    ids=["somebody else's script", "died", "timed out", "no agent"],
)
def test_without_the_sentinel_nothing_ran(view: dict[str, Any]) -> None:
    """Without the sentinel's line the script did not run to its end, whatever the exit code."""
    attempt, ran = outcome(view)

    assert (attempt.passed, ran) == (False, False)
    assert "did not run to its end" in attempt.detail


def test_tcp() -> None:
    """A TCP probe inside passes and fails in its own words."""
    passed = {"executionState": "Succeeded", "exitCode": 0, "output": "imagegate-probe: 0\n"}
    failed = {"executionState": "Succeeded", "exitCode": 14, "output": "imagegate-probe: 0\n"}

    assert outcome(passed, TcpProbe(port=22))[0].detail == "connected"
    assert outcome(failed, TcpProbe(port=22))[0].detail == "connection refused or timed out"


def test_platform_could_not_start_it() -> None:
    """A command whose provisioning failed has ended, though its own state never changed."""
    azure = SmokeAzure()
    cloud = azure.cloud()
    run_inside(cloud, job())
    command = next(one for key, one in azure.resources.items() if "/runcommands/" in key)
    command["properties"] |= {"provisioningState": "Failed", "instanceView": {"executionState": "Pending"}}

    assert await_run_inside(cloud, job())["ran"] is False


def test_vm_gone() -> None:
    """A command that went with its VM has ended."""
    answer = await_run_inside(SmokeAzure().cloud(), job())

    assert (answer["ended"], answer["ran"]) == (True, False)


@pytest.fixture
def page() -> Iterator[int]:
    """A server on loopback; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to/"))
                self.end_headers()
                return
            body = b"it's a $(page) for " + self.headers["Host"].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def other() -> Iterator[list[str]]:
    """Another server; its port, and then the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    asked.append(str(server.server_port))
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def shell(probe: Probe) -> tuple[int, str]:
    """Exit code and output of the script, run as the agent would."""
    ended = subprocess.run(["/bin/sh", "-c", script_for(probe)], capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script asks once."""
    monkeypatch.setattr(module, "_ASK_SECONDS", 0)


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl to ask with")


@needs_curl
@pytest.mark.usefixtures("impatient")
def test_script_for_real(page: int) -> None:
    """The script tells right from wrong, and text that means something to a shell is only text."""
    assert shell(HttpProbe(port=page, contains="it's a $(page)")) == (0, "imagegate-probe: 200\n")
    assert shell(HttpProbe(port=page, contains="web.example", host="web.example"))[0] == 0
    assert shell(HttpProbe(port=page, contains="; exit 0"))[0] == 12
    assert shell(HttpProbe(port=page, status=404))[0] == 11
    assert shell(HttpProbe(port=page, path="/';exit;'$(exit)"))[0] == 0


@needs_curl
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:{}/", "http://localhost:{}/x", "http://user:word@127.0.0.1:{}/"]
)
def test_redirects_stay_on_the_machine(page: int, other: list[str], location: str) -> None:
    """Another server is never asked, whatever the image redirects to: what answers is the probed port."""
    port = int(other.pop())

    shell(HttpProbe(port=page, path=f"/to/{location.format(port)}"))

    assert other == []


@needs_curl
@pytest.mark.usefixtures("impatient")
def test_path_is_one_request(page: int) -> None:
    """Braces and brackets of a path are not expanded to many requests."""
    assert shell(HttpProbe(port=page, path="/[1-3]{a,b}")) == (0, "imagegate-probe: 200\n")


@needs_curl
@pytest.mark.usefixtures("impatient")
def test_script_without_an_answer() -> None:
    """A closed port ends with its own exit code, and curl's words."""
    code, output = shell(HttpProbe(port=9))

    assert code == 14
    assert "curl" in output


@pytest.mark.usefixtures("impatient")
def test_tcp_script_for_real(page: int) -> None:
    """The TCP script tells an open port from a closed one."""
    assert shell(TcpProbe(port=page))[0] == 0
    assert shell(TcpProbe(port=9))[0] == 14
