"""Replication of image versions that takes its time and may fail in one region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloud_bench import RG, Bench
from image_world import TEMPLATE, VM, last_run, make_interface, make_template, make_version, run, shared_image, vm_body

REGIONS = [{"name": "westeurope"}, {"name": "West US 2"}, {"name": "northeurope"}]
VERSION = "~/providers/Microsoft.Compute/galleries/golden/images/apache/versions/0.0.1"


def _states(bench: Bench) -> dict[str, str]:
    status = bench.body(VERSION, _expand="ReplicationStatus")["properties"]["replicationStatus"]
    return {entry["region"]: entry["state"] for entry in status["summary"]} | {"all": status["aggregatedState"]}


def _until(bench: Bench, states: dict[str, str]) -> None:
    for _ in range(2000):
        if bench("GET", VERSION).status == 200 and _states(bench).items() >= states.items():
            return
        bench.cloud.clock.sleep(0.001)
    raise AssertionError(_states(bench))


def test_each_region_takes_the_time_that_is_set(bench_with: Callable[..., Bench]) -> None:
    """A region is Completed, and its machines can be made, a minute after the one before."""
    bench = bench_with(replication_s_per_region=60)
    make_template(bench, distribute=[shared_image(targetRegions=REGIONS)])
    response = bench("POST", f"{TEMPLATE}/run", api_version="2025-10-01")
    _until(bench, {"all": "InProgress"})
    bench.clock.let_pass(seconds=60)
    _until(bench, {"West Europe": "Completed", "West US 2": "Replicating", "North Europe": "Replicating"})
    assert bench.body(VERSION)["properties"]["provisioningState"] == "Creating"
    assert last_run(bench)["runSubState"] == "Distributing"
    bench.clock.let_pass(seconds=60)
    _until(bench, {"West US 2": "Completed", "North Europe": "Replicating"})
    bench.clock.let_pass(seconds=60)
    assert (bench.cloud.complete(response) or {})["status"] == "Succeeded"
    assert _states(bench)["all"] == "Completed"


def test_a_region_that_fails_fails_the_version_and_the_run(bench: Bench) -> None:
    """The other regions are there; version and run are Failed, and say which region it was."""
    bench.ask_for(kind="replication-failed", region="westus2")
    make_template(bench, distribute=[shared_image(targetRegions=REGIONS)])
    assert run(bench)["status"] == "Failed"
    assert _states(bench) == {
        "West Europe": "Completed",
        "West US 2": "Failed",
        "North Europe": "Completed",
        "all": "Failed",
    }
    assert bench.body(VERSION)["properties"]["provisioningState"] == "Failed"
    message = last_run(bench)["message"]
    assert message.startswith("Failed in distributing 1 images out of total 1:")
    assert "failed in: West US 2" in message


def test_a_failed_region_is_tried_again_by_a_put(bench: Bench) -> None:
    """The regions that are there stay, the failed one replicates, and the version is Succeeded."""
    bench.ask_for(kind="replication-failed", region="West US 2")
    make_template(bench, distribute=[shared_image(targetRegions=REGIONS)])
    run(bench)
    profile: dict[str, Any] = {"publishingProfile": {"targetRegions": REGIONS}}
    bench.settled("PUT", VERSION, {"location": "westeurope", "properties": profile})
    assert _states(bench)["all"] == "Completed"
    assert bench.body(VERSION)["properties"]["provisioningState"] == "Succeeded"


def test_a_failed_version_is_never_latest(bench: Bench) -> None:
    """A definition whose only version is Failed has none."""
    bench.ask_for(kind="replication-failed", region="northeurope")
    make_template(bench, distribute=[shared_image(targetRegions=REGIONS)])
    run(bench)
    definition = VERSION.rsplit("/versions", 1)[0]
    body = vm_body(definition.replace("~", RG), make_interface(bench))
    assert bench.error("PUT", VM, body)["code"] == "GalleryImageNotFound"


def test_exclusions_count_for_latest_alone(bench: Bench) -> None:
    """A version that is excluded in its region is not latest there; a machine of its exact id is made all the same."""
    version = make_version(bench)
    regions = [{"name": "westeurope", "excludeFromLatest": True}, {"name": "northeurope"}]
    profile = {"publishingProfile": {"targetRegions": regions, "excludeFromLatest": False}}
    bench.settled("PUT", version, {"location": "westeurope", "properties": profile})
    interface = make_interface(bench)
    definition = vm_body(version.rsplit("/versions", 1)[0], interface)
    assert bench.error("PUT", VM, definition)["code"] == "GalleryImageNotFound"
    bench.settled("PUT", VM, vm_body(version, interface))


def test_the_end_of_the_cloud_does_not_wait_for_replication(bench_with: Callable[..., Bench]) -> None:
    """What still replicates when the cloud ends is broken off; nobody waits an hour for it."""
    bench = bench_with(replication_s_per_region=3600)
    make_template(bench)
    bench("POST", f"{TEMPLATE}/run", api_version="2025-10-01")
    _until(bench, {"all": "InProgress"})
    bench.close()
    assert not [thread for thread in bench.cloud.long_running._threads.values() if thread.is_alive()]
