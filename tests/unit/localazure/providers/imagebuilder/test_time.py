"""What takes time or gets stuck: submissions, cancellations, distributions past the build timeout."""

from __future__ import annotations

from collections.abc import Callable

from cloud_bench import Bench
from image_world import NEWEST, TEMPLATE, last_run, make_definition, make_template, template_body

VERSION = "~/providers/Microsoft.Compute/galleries/golden/images/apache/versions/0.0.1"


def _until(bench: Bench, reached: Callable[[], bool]) -> None:
    for _ in range(2000):
        if reached():
            return
        bench.cloud.clock.sleep(0.001)
    raise AssertionError("not reached")


def test_a_template_that_is_being_made_lets_nothing_be_done(bench_with: Callable[..., Bench]) -> None:
    """Delete, run, and change are refused with the service's sentence while it is Creating."""
    bench = bench_with(template_submission_s=60)
    make_definition(bench)
    submitted = bench("PUT", TEMPLATE, template_body(bench.identity("builder")), api_version=NEWEST)
    assert submitted.body["properties"]["provisioningState"] == "Creating"
    for method, path, action in (
        ("DELETE", TEMPLATE, "delete"),
        ("POST", f"{TEMPLATE}/run", "run/action"),
        ("PATCH", TEMPLATE, "write"),
    ):
        error = bench.error(method, path, {"tags": {}} if method == "PATCH" else None, api_version=NEWEST)
        assert (error["status"], error["code"]) == (409, "OperationNotAllowed")
        assert error["message"] == (
            f"Operation Microsoft.VirtualMachineImages/imageTemplates/{action} is not allowed in provisioning state: "
            "creating or run state: notstarted."
        )
    bench.clock.let_pass(seconds=60)
    assert (bench.cloud.complete(submitted) or {})["status"] == "Succeeded"


def test_a_template_that_never_ran_has_no_last_run(bench: Bench) -> None:
    """`lastRunStatus` comes with the first run."""
    make_template(bench)
    assert "lastRunStatus" not in bench.body(TEMPLATE, api_version=NEWEST)["properties"]


def test_a_version_goes_on_to_replicate_after_its_run_timed_out(bench_with: Callable[..., Bench]) -> None:
    """The run is Failed with the distribution's sentence and has no output; its version becomes usable later."""
    bench = bench_with(replication_s_per_region=3600)
    make_template(bench, buildTimeoutInMinutes=30)
    response = bench("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    _until(bench, lambda: bench("GET", VERSION).status == 200)
    bench.clock.let_pass(minutes=31)
    record = bench.cloud.complete(response) or {}
    assert record["status"] == "Failed"
    status = last_run(bench)
    assert (status["runState"], status["runSubState"]) == ("Failed", "Distributing")
    assert status["message"].startswith("Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] ")
    assert "context deadline exceeded" in status["message"]
    assert bench.body(f"{TEMPLATE}/runOutputs", api_version=NEWEST)["value"] == []
    assert bench.body(VERSION)["properties"]["provisioningState"] == "Creating"
    bench.clock.let_pass(minutes=31)
    _until(bench, lambda: bench.body(VERSION)["properties"]["provisioningState"] == "Succeeded")


def test_a_run_can_get_stuck_in_canceling(bench: Bench) -> None:
    """It stays there until the faults are cleared, and meanwhile refuses what a running template refuses."""
    bench.ask_for(kind="stuck-canceling")
    make_template(bench)
    bench.engine.gate.clear()
    response = bench("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert bench.engine.building.wait(10)
    assert bench("POST", f"{TEMPLATE}/cancel", api_version=NEWEST).status == 202
    _until(bench, lambda: bench.cloud.faults.document()["faults"][0]["happened"] == 1)
    assert last_run(bench)["runState"] == "Canceling"
    assert "run state: canceling" in bench.error("DELETE", TEMPLATE, api_version=NEWEST)["message"]
    assert bench.error("POST", f"{TEMPLATE}/cancel", api_version=NEWEST)["code"] == "OperationNotAllowed"
    bench.cloud.faults.clear()
    assert (bench.cloud.complete(response) or {})["status"] == "Canceled"
    assert last_run(bench)["runState"] == "Canceled"


def test_a_run_may_be_stuck_for_a_while_only(bench: Bench) -> None:
    """After `delay_s` it is Canceled after all."""
    bench.ask_for(kind="stuck-canceling", delay_s=600)
    make_template(bench)
    bench.engine.gate.clear()
    response = bench("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert bench.engine.building.wait(10)
    bench("POST", f"{TEMPLATE}/cancel", api_version=NEWEST)
    _until(bench, lambda: bench.cloud.faults.document()["faults"][0]["happened"] == 1)
    bench.clock.let_pass(seconds=600)
    assert (bench.cloud.complete(response) or {})["status"] == "Canceled"
    assert last_run(bench)["runState"] == "Canceled"


def test_the_log_lives_as_long_as_the_template(bench: Bench) -> None:
    """After a run the staging group holds its storage account alone; with the template everything goes."""
    make_template(bench)
    bench.settled("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    staging = bench.body(TEMPLATE, api_version=NEWEST)["properties"]["exactStagingResourceGroup"]
    kinds = {known.id.type for known in bench.cloud.store.under(staging) if "location" in known.body}
    assert kinds == {"Microsoft.Storage/storageAccounts"}
    [account] = bench.cloud.store.under(staging, "Microsoft.Storage/storageAccounts")
    assert [blob.name for blob in bench.cloud.store.blobs(account.id.name, "packerlogs")]
    bench.settled("DELETE", TEMPLATE, api_version=NEWEST)
    assert bench.cloud.store.blobs(account.id.name) == []
    assert bench("GET", staging, api_version="2021-04-01").status == 404
