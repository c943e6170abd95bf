"""Real traffic of Image Builder, played to the local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from cloud_bench import RG, Bench
from image_world import NEWEST, TEMPLATE, definition_body, last_run, make_template
from recordings import recorded, shape

_RECORDINGS = (
    "cli2021__test_image_builder_basic_sig.yaml",
    "cli2023__test_image_build_output_versioning.yaml",
    "cli2023__test_image_build_trigger.yaml",
    "cli2023__test_image_template_outputs.yaml",
    "sdist__azure-mgmt-imagebuilder-0.4.0__test_cli_mgmt_imagebuilder.test_imagebuilder.yaml",
)


@pytest.fixture
def _scripts_on_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every URL answers with a script."""
    answer = requests.Response()
    answer.status_code = 200
    answer._content = b"#!/bin/sh\n"
    monkeypatch.setattr(requests, "get", lambda *_args, **_options: answer)


@pytest.mark.usefixtures("_scripts_on_the_web")
@pytest.mark.parametrize("name", _RECORDINGS)
def test_recorded_calls_are_answered_alike(corpus: Path, bench: Bench, name: str) -> None:
    """The same calls get the same statuses, the same headers for waiting, and documents with the same names."""
    bench.engine.knows_all = True
    played = 0
    for call in recorded(corpus / "arm-recordings" / name, "Microsoft.VirtualMachineImages", group=RG):
        _prepare(bench, call.body)
        made = bench(call.method, call.path, call.body, api_version=call.api_version)
        where = f"{call.method} {call.path}"
        assert made.status == call.status, f"{where}: {made.body}"
        for header in ("azure-asyncoperation", "location"):
            assert (header in {key.lower() for key in made.headers}) == (header in call.headers), f"{where}: {header}"
        if call.answer is not None:
            assert shape(made.body) == shape(call.answer), where
        bench.cloud.complete(made)
        played += 1
    assert played > 1


def _prepare(bench: Bench, body: object) -> None:
    """Make what a template's body stands on."""
    if not isinstance(body, dict) or "identity" not in body:
        return
    for identity in body["identity"]["userAssignedIdentities"]:
        bench.identity(identity.rsplit("/", 1)[-1])
    for target in body["properties"]["distribute"]:
        if target["type"] == "SharedImage":
            definition = target["galleryImageId"]
            bench.settled("PUT", definition.rsplit("/", 2)[0], {"location": "westeurope"})
            bench.settled("PUT", definition, definition_body())


def test_recorded_cancellation(corpus: Path, bench: Bench) -> None:
    """A run shows Queued or its stage, then Canceling with the recorded message and no stage."""
    calls = recorded(
        corpus / "arm-recordings" / "cli2021__test_image_builder_cancel.yaml",
        "Microsoft.VirtualMachineImages",
        group=RG,
    )
    statuses = [
        call.answer["properties"].get("lastRunStatus") for call in calls if call.method == "GET" and call.answer
    ]
    running, canceling = [status for status in statuses if status][-2:]
    make_template(bench)
    bench.engine.gate.clear()
    response = bench("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert bench.engine.building.wait(10)
    assert shape(last_run(bench)) == shape(running)
    assert last_run(bench)["endTime"] == running["endTime"]
    bench.engine.reacts_to_cancellation.clear()
    bench("POST", f"{TEMPLATE}/cancel", api_version=NEWEST)
    assert shape(last_run(bench)) == shape(canceling)
    assert last_run(bench)["message"] == canceling["message"]
    assert bench.error("POST", f"{TEMPLATE}/cancel", api_version=NEWEST)["message"] == (
        "Operation Microsoft.VirtualMachineImages/imageTemplates/cancel/action is not allowed in provisioning state: "
        "provisioned or run state: canceling."
    )
    bench.engine.reacts_to_cancellation.set()
    bench.cloud.complete(response)
    assert last_run(bench)["runState"] == "Canceled"
