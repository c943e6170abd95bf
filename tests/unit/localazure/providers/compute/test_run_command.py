"""Run Command in both flavours, and boot diagnostics."""

from __future__ import annotations

import threading

import pytest

from cloud_bench import Bench
from image_world import VM, make_vm
from localazure.blobs.links import read_link
from localazure.engine.errors import GuestUnreachable
from recording_engine import Said


@pytest.fixture
def running(bench: Bench) -> Bench:
    """A cloud with a running machine."""
    make_vm(bench)
    return bench


def test_action_says_succeeded_whatever_the_exit_code(running: Bench) -> None:
    """The result is at Location, in the observed format, with a failing script too."""
    running.engine.machines[0].answer = lambda _script: Said(exit_code=3, stdout="out\n", stderr="err\n")
    response = running("POST", f"{VM}/runCommand", {"commandId": "RunShellScript", "script": ["one", "two"]})
    assert response.status == 202
    running.cloud.complete(response)
    path = response.headers["Location"].removeprefix("https://localhost:1").split("?")[0]
    [status] = running.body(path, monitor="true")["value"]
    assert (status["code"], status["displayStatus"]) == ("ProvisioningState/succeeded", "Provisioning succeeded")
    assert status["message"] == "Enable succeeded: \n[stdout]\nout\n\n[stderr]\nerr\n"
    assert running.engine.machines[0].scripts == ["one\ntwo"]


def test_output_is_cut_to_its_end(running: Bench) -> None:
    """Only the last 4,096 bytes come back."""
    running.engine.machines[0].answer = lambda _script: Said(stdout="x" * 5000 + "end")
    record = running.settled("POST", f"{VM}/runCommand", {"commandId": "RunShellScript", "script": ["x"]})
    message = record["result"]["value"][0]["message"]
    assert "x" * 4093 + "end" in message
    assert "x" * 4094 not in message


def test_without_a_script_the_sample_runs(running: Bench) -> None:
    """A request that names no script runs the built-in sample (azure-cli#32286)."""
    running.settled("POST", f"{VM}/runCommand", {"commandId": "RunShellScript"})
    assert "This is a sample script" in running.engine.machines[0].scripts[0]


def test_parameters_are_quoted(running: Bench) -> None:
    """Parameters become environment variables and cannot break out of their quotes."""
    parameters = [{"name": "arg1", "value": "it's; rm -rf /"}]
    body = {"commandId": "RunShellScript", "script": ["echo $arg1"], "parameters": parameters}
    running.settled("POST", f"{VM}/runCommand", body)
    assert running.engine.machines[0].scripts == ["export arg1='it'\"'\"'s; rm -rf /'\necho $arg1"]


def test_refused_when_stopped(running: Bench) -> None:
    """A machine that does not run takes no script."""
    running.settled("POST", f"{VM}/powerOff")
    error = running.error("POST", f"{VM}/runCommand", {"commandId": "RunShellScript", "script": ["x"]})
    assert (error["status"], error["code"]) == (409, "OperationNotAllowed")
    assert error["message"] == "Cannot modify extensions in the VM when the VM is not running."


def test_a_guest_that_cannot_be_reached(running: Bench) -> None:
    """Where the guest lets nobody in, the operation fails as it does without an agent."""

    def closed(_script: str) -> Said:
        raise GuestUnreachable("connection refused")

    running.engine.machines[0].answer = closed
    record = running.settled("POST", f"{VM}/runCommand", {"commandId": "RunShellScript", "script": ["x"]})
    assert record["error"]["code"] == "VMAgentStatusCommunicationError"
    assert "connection refused" in record["error"]["message"]
    again = running("POST", f"{VM}/runCommand", {"commandId": "RunShellScript", "script": ["x"]})
    assert again.status == 202


@pytest.mark.parametrize(("exit_code", "state"), [(0, "Succeeded"), (7, "Failed")])
def test_managed_flavour_tells_the_exit_code(running: Bench, exit_code: int, state: str) -> None:
    """The provisioning state tells that the script was started; the instance view how it ended."""
    running.engine.machines[0].answer = lambda _script: Said(exit_code=exit_code, stdout="out", stderr="err")
    command = f"{VM}/runCommands/probe"
    body = {"location": "westeurope", "properties": {"source": {"script": "probe"}}}
    assert running.settled("PUT", command, body)["status"] == "Succeeded"
    assert "instanceView" not in running.body(command)["properties"]
    properties = running.body(command, _expand="instanceView")["properties"]
    assert properties["provisioningState"] == "Succeeded"
    view = properties["instanceView"]
    assert (view["executionState"], view["exitCode"], view["output"], view["error"]) == (state, exit_code, "out", "err")
    assert [one["name"] for one in running.body(f"{VM}/runCommands")["value"]] == ["probe"]
    assert running.settled("DELETE", command)["status"] == "Succeeded"
    assert running("DELETE", command).status == 204


def test_managed_flavour_may_fail_the_deployment(running: Bench) -> None:
    """With treatFailureAsDeploymentFailure a failing script fails the operation."""
    running.engine.machines[0].answer = lambda _script: Said(exit_code=1, stderr="broken")
    properties = {"source": {"script": "probe"}, "treatFailureAsDeploymentFailure": True}
    record = running.settled("PUT", f"{VM}/runCommands/probe", {"location": "westeurope", "properties": properties})
    assert record["error"]["code"] == "VMExtensionProvisioningError"
    assert "broken" in record["error"]["message"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_managed_flavour_has_a_time_limit(running: Bench, asynchronous: bool) -> None:
    """A script that outlasts `timeoutInSeconds` is TimedOut once that has passed since the request, and not before."""
    over = threading.Event()

    def slow(_script: str) -> Said:
        running.clock.sleep(3600, until=over)
        return Said()

    running.engine.machines[0].answer = slow
    properties = {"source": {"script": "probe"}, "timeoutInSeconds": 60, "asyncExecution": asynchronous}
    running("PUT", f"{VM}/runCommands/probe", {"location": "westeurope", "properties": properties})
    states = []
    for seconds in (59, 1):
        running.clock.let_pass(seconds=seconds)
        properties = running.body(f"{VM}/runCommands/probe", _expand="instanceView")["properties"]
        states.append(properties["instanceView"]["executionState"])
    over.set()
    assert states == ["Running", "TimedOut"]


def test_managed_flavour_needs_a_script(running: Bench) -> None:
    """A request without a script is refused."""
    error = running.error("PUT", f"{VM}/runCommands/probe", {"location": "westeurope", "properties": {}})
    assert error["target"] == "source"


def test_boot_diagnostics(running: Bench) -> None:
    """Signed URLs give the serial log as it is now, and a screenshot; both expire."""
    log = running.engine.machines[0].serial_log
    log.write_text("first\n")
    answer = running("POST", f"{VM}/retrieveBootDiagnosticsData", sasUriExpirationTimeInMinutes="10").body
    assert read_link(running.cloud, answer["serialConsoleLogBlobUri"]) == b"first\n"
    screenshot = read_link(running.cloud, answer["consoleScreenshotBlobUri"])
    assert screenshot
    assert screenshot.startswith(b"BM")
    log.write_text("second\n")
    again = running("POST", f"{VM}/retrieveBootDiagnosticsData").body
    assert read_link(running.cloud, again["serialConsoleLogBlobUri"]) == b"second\n"
    running.clock.let_pass(minutes=11)
    assert read_link(running.cloud, answer["serialConsoleLogBlobUri"]) is None
    assert read_link(running.cloud, again["serialConsoleLogBlobUri"].split("?")[0]) is None
    running.settled("DELETE", VM)
    assert read_link(running.cloud, again["serialConsoleLogBlobUri"]) is None


def test_boot_diagnostics_have_to_be_enabled(bench: Bench) -> None:
    """Without boot diagnostics there is nothing to retrieve, and a bad lifetime is refused."""
    make_vm(bench, diagnosticsProfile=None)
    assert bench.error("POST", f"{VM}/retrieveBootDiagnosticsData")["code"] == "OperationNotAllowed"
    bench.settled("PATCH", VM, {"properties": {"diagnosticsProfile": {"bootDiagnostics": {"enabled": True}}}})
    error = bench.error("POST", f"{VM}/retrieveBootDiagnosticsData", sasUriExpirationTimeInMinutes="0")
    assert error["code"] == "InvalidParameter"
