"""Runs of image templates: states, outputs, failures, cancellation, the build timeout."""

from __future__ import annotations

import re

import pytest

from cloud_bench import RG, Bench
from image_world import (
    DEFINITION,
    NEWEST,
    TEMPLATE,
    last_run,
    make_definition,
    make_template,
    run,
    shared_image,
    template_body,
)

NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def start(bench: Bench) -> str:
    """Start a run that waits in Customizing; the operation's id."""
    bench.engine.gate.clear()
    response = bench("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert response.status == 202, response.body
    assert bench.engine.building.wait(10)
    return response.operation_id


def log_of(bench: Bench) -> bytes:
    """The customization log of the only run."""
    accounts = bench.cloud.store.of_type("Microsoft.Storage/storageAccounts")
    blobs = [blob for account in accounts for blob in bench.cloud.store.blobs(account.id.name)]
    [log] = [blob.content for blob in blobs if blob.name.endswith("customization.log")]
    return log


def test_run_leaves_a_version_and_a_run_output(bench: Bench) -> None:
    """A run ends Succeeded, its output names the new image version, and the version carries the artifact tags."""
    target = shared_image(artifactTags={"commit": "abc"}, excludeFromLatest=True)
    make_template(bench, distribute=[target])
    assert run(bench)["status"] == "Succeeded"
    status = last_run(bench)
    assert status["runState"] == "Succeeded"
    assert status["message"] == ""
    assert NANOSECONDS.fullmatch(status["startTime"])
    assert NANOSECONDS.fullmatch(status["endTime"])
    output = bench.body(f"{TEMPLATE}/runOutputs/apache", api_version=NEWEST)
    version = bench.body(output["properties"]["artifactId"])
    assert version["tags"] == {"commit": "abc"}
    assert version["properties"]["publishingProfile"]["excludeFromLatest"] is True
    assert bench.body(f"{TEMPLATE}/runOutputs", api_version=NEWEST)["value"] == [output]


def test_run_is_accepted_as_recorded(bench: Bench) -> None:
    """`run` answers 202 without a body; both headers name one URL at subscription scope that always answers 200."""
    make_template(bench)
    response = bench("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert response.status == 202
    assert response.body is None
    assert response.headers["Location"] == response.headers["Azure-AsyncOperation"]
    bench.cloud.complete(response)
    path = response.headers["Location"].removeprefix("https://localhost:1").split("?")[0]
    assert re.search(r"^/subscriptions/[^/]+/providers/Microsoft.VirtualMachineImages/locations/westeurope/oper", path)
    document = bench.body(path, api_version=NEWEST)
    assert document["status"] == "Succeeded"
    assert document["name"] == response.operation_id.upper()


def test_status_while_running(bench: Bench) -> None:
    """While a run goes on, runState is Running, the sub-state its stage, and endTime the year 1."""
    make_template(bench)
    operation = start(bench)
    status = last_run(bench)
    assert (status["runState"], status["runSubState"]) == ("Running", "Customizing")
    assert status["endTime"] == "0001-01-01T00:00:00Z"
    bench.engine.gate.set()
    assert bench.cloud.long_running.wait(operation)["status"] == "Succeeded"


def test_one_run_at_a_time(bench: Bench) -> None:
    """A second run is refused with the service's words while one goes on."""
    make_template(bench)
    operation = start(bench)
    error = bench.error("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert (error["status"], error["code"]) == (409, "OperationNotAllowed")
    assert error["message"] == (
        "Operation Microsoft.VirtualMachineImages/imageTemplates/run/action is not allowed in provisioning state: "
        "provisioned or run state: running."
    )
    bench.engine.gate.set()
    bench.cloud.long_running.wait(operation)


def test_delete_is_refused_while_running(bench: Bench) -> None:
    """A template that runs cannot be deleted."""
    make_template(bench)
    operation = start(bench)
    error = bench.error("DELETE", TEMPLATE, api_version=NEWEST)
    assert (error["status"], error["code"]) == (409, "OperationNotAllowed")
    assert "imageTemplates/delete is not allowed" in error["message"]
    bench.engine.gate.set()
    bench.cloud.long_running.wait(operation)


def test_cancel(bench: Bench) -> None:
    """Cancelling answers at once; the run goes through Canceling to Canceled and its operation ends Canceled."""
    make_template(bench)
    operation = start(bench)
    response = bench("POST", f"{TEMPLATE}/cancel", api_version=NEWEST)
    assert response.status == 202
    assert bench.cloud.long_running.wait(operation)["status"] == "Canceled"
    assert last_run(bench)["runState"] == "Canceled"
    assert bench("POST", f"{TEMPLATE}/cancel", api_version=NEWEST).status == 204


def test_failed_build_in_the_service_words(bench: Bench) -> None:
    """A failed customizer ends the run Failed, with the log's location as an ARM path and the log really there."""
    bench.engine.fails_in = "Customizing"
    make_template(bench)
    record = run(bench)
    assert (record["status"], record["error"]["code"]) == ("Failed", "PackerBuildFailed")
    message = last_run(bench)["message"]
    assert message == record["error"]["message"]
    found = re.search(r"Packer build logs are at location (.+)\. Please navigate .* this operationId (\S+) to", message)
    assert found
    account, container, blob = found[1].split("/")[8], found[1].split("/")[12], "/".join(found[1].split("/")[13:])
    log = bench.cloud.store.get_blob(account, container, blob)
    assert log
    assert log.content.decode().startswith(f"[{found[2]}] PACKER ")
    assert last_run(bench)["runSubState"] == "Customizing"
    assert bench.body(f"{TEMPLATE}/runOutputs", api_version=NEWEST)["value"] == []


def test_log_is_live_in_a_container_group(bench: Bench) -> None:
    """While a run goes on, its log is read from a container group of the staging group, which goes afterwards."""
    make_template(bench)
    operation = start(bench)
    staging = bench.body(TEMPLATE, api_version=NEWEST)["properties"]["exactStagingResourceGroup"]
    groups = f"{staging}/providers/Microsoft.ContainerInstance/containerGroups"
    [group] = bench.body(groups, api_version="2023-05-01")["value"]
    assert group["name"].startswith("vmimagebuilder-build-container-")
    container = group["properties"]["containers"][0]["name"]
    logs = f"{group['id']}/containers/{container}/logs"
    for _ in range(1000):
        if content := bench.body(logs, api_version="2023-05-01")["content"]:
            break
    assert content.splitlines()[-1].endswith("Customizing")
    assert len(bench.body(logs, api_version="2023-05-01", tail="1")["content"].splitlines()) == 1
    bench.engine.gate.set()
    bench.cloud.long_running.wait(operation)
    assert bench.body(groups, api_version="2023-05-01")["value"] == []


def test_build_timeout(bench: Bench) -> None:
    """A build that outlasts its timeout ends Failed with the service's sentence."""
    make_template(bench, buildTimeoutInMinutes=30)
    operation = start(bench)
    bench.clock.let_pass(minutes=31)
    record = bench.cloud.long_running.wait(operation)
    assert record["status"] == "Failed"
    assert "Failed while waiting for packerizer: Timeout waiting for microservice" in last_run(bench)["message"]


def test_timeout_too_short_breaks_the_build(bench: Bench) -> None:
    """A timeout below six minutes is accepted and every build fails on its token, as at the service."""
    make_template(bench, buildTimeoutInMinutes=5)
    assert run(bench)["error"]["code"] == "PackerBuildFailed"
    assert bench.engine.builds == []
    assert b"client_jwt will expire within 5 minutes" in log_of(bench)


def test_validation_failure(bench: Bench) -> None:
    """A failed validation ends the run Failed and distributes nothing."""
    bench.engine.fails_in = "Validating"
    make_template(bench, validate={"inVMValidations": [{"type": "Shell", "inline": ["false"]}]})
    assert run(bench)["error"]["code"] == "PackerBuildFailed"
    assert bench.body(f"{DEFINITION}/versions")["value"] == []


def test_validation_failure_may_distribute_all_the_same(bench: Bench) -> None:
    """With continueDistributeOnFailure a failed validation still publishes a version, and the run is Failed."""
    bench.engine.fails_in = "Validating"
    validate = {"continueDistributeOnFailure": True, "inVMValidations": [{"type": "Shell", "inline": ["false"]}]}
    make_template(bench, validate=validate)
    assert run(bench)["status"] == "Failed"
    assert last_run(bench)["runState"] == "Failed"
    assert [version["name"] for version in bench.body(f"{DEFINITION}/versions")["value"]] == ["0.0.1"]


def test_source_validation_only_builds_nothing(bench: Bench) -> None:
    """With sourceValidationOnly the customizers are left out and nothing is distributed."""
    validate = {"sourceValidationOnly": True, "inVMValidations": [{"type": "Shell", "inline": ["true"]}]}
    make_template(bench, validate=validate)
    assert run(bench)["status"] == "Succeeded"
    assert bench.engine.builds[0].customize == ()
    assert bench.body(f"{DEFINITION}/versions")["value"] == []


def test_distribution_without_rights(bench: Bench) -> None:
    """When the identity may not write versions, the run ends Failed with Compute's own refusal inside."""
    make_template(bench)
    for assignment in bench.cloud.store.of_type("Microsoft.Authorization/roleAssignments"):
        bench.cloud.store.delete(assignment.id)
    assert run(bench)["status"] == "Failed"
    message = last_run(bench)["message"]
    assert message.startswith("Failed in distributing 1 images out of total 1: {[Error 0] [Distribute 0] ")
    assert "Microsoft.Compute/galleries/images/versions/write" in message
    assert last_run(bench)["runSubState"] == "Distributing"


def test_partial_distribution(bench: Bench) -> None:
    """When one of two targets fails after submission, the run is PartiallySucceeded and the other's output is there."""
    taken = f"{DEFINITION}/versions/1.0.0".replace("~", RG)
    second = shared_image(runOutputName="second", galleryImageId=taken)
    make_template(bench, distribute=[shared_image(), second])
    run(bench)
    bench.settled("PATCH", DEFINITION.replace("~", RG) + "/versions/1.0.0", {"tags": {"by": "hand"}})
    assert last_run(bench)["runState"] == "Succeeded"
    third = shared_image(runOutputName="third", galleryImageId=f"{DEFINITION}x".replace("~", RG))
    bench.cloud.store.update(
        TEMPLATE.replace("~", RG), lambda body: body["properties"]["distribute"].append({**third, "artifactTags": {}})
    )
    bench.settled("DELETE", taken)
    assert run(bench)["status"] == "Failed"
    assert last_run(bench)["runState"] == "PartiallySucceeded"
    names = [output["name"] for output in bench.body(f"{TEMPLATE}/runOutputs", api_version=NEWEST)["value"]]
    assert "third" not in names
    assert {"apache", "second"} <= set(names)


def test_containers_have_to_be_registered(bench: Bench) -> None:
    """Where Microsoft.ContainerInstance is not registered a run fails with the service's sentence."""
    make_template(bench)
    for state in bench.cloud.store.under("/subscriptions"):
        if state.id.key.endswith("/microsoft.containerinstance"):
            bench.cloud.store.delete(state.id)
    assert "Azure Container Instances provider not registered" in run(bench)["error"]["message"]


def test_steps_reach_the_engine_as_submitted(bench: Bench) -> None:
    """Steps reach the engine in order and whole."""
    make_definition(bench)
    steps = [
        {"type": "Shell", "name": "a", "inline": ["one", "two"]},
        {"type": "Shell", "name": "b", "inline": ["three"]},
    ]
    body = template_body(bench.identity("builder"), customize=steps)
    bench.settled("PUT", TEMPLATE, body, api_version=NEWEST)
    assert run(bench)["status"] == "Succeeded"
    assert [(step.name, step.inline) for step in bench.engine.builds[0].customize] == [
        ("a", ("one", "two")),
        ("b", ("three",)),
    ]


def test_a_defect_of_the_engine_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected ends the run Failed, with the service's sentence and what went wrong here."""

    def broken(*_request: object, **_callbacks: object) -> None:
        raise KeyError("identity")

    make_template(bench)
    monkeypatch.setattr(bench.engine, "build", broken)
    assert run(bench)["status"] == "Failed"
    assert last_run(bench)["message"].startswith("Internal error occurred. This is a generic error. (The local cloud")
    assert "KeyError('identity')" in last_run(bench)["message"]


def test_auto_run(bench: Bench) -> None:
    """With autoRun a build starts on its own once the template is there."""
    make_template(bench, autoRun={"state": "Enabled"})
    for _ in range(2000):
        if last_run(bench)["runState"] == "Succeeded":
            break
        bench.clock.sleep(0.1)
    assert last_run(bench)["runState"] == "Succeeded"
