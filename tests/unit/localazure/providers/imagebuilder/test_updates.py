"""PATCH: what of a template may change, and what may not."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_bench import Bench
from image_world import NEWEST, TEMPLATE, make_template, shared_image


@pytest.fixture
def submitted(bench: Bench) -> Bench:
    """A cloud with a template."""
    make_template(bench)
    return bench


def patched(bench: Bench, body: dict[str, Any]) -> dict[str, Any]:
    """Patch and read again."""
    assert bench.settled("PATCH", TEMPLATE, body, api_version=NEWEST)["status"] == "Succeeded"
    return bench.body(TEMPLATE, api_version=NEWEST)


def test_tags(submitted: Bench) -> None:
    """Tags are replaced; 202 with both headers, then Succeeded again."""
    response = submitted("PATCH", TEMPLATE, {"tags": {"run": "7"}}, api_version=NEWEST)
    assert response.status == 202
    assert {"Location", "Azure-AsyncOperation"} <= set(response.headers)
    submitted.cloud.complete(response)
    body = submitted.body(TEMPLATE, api_version=NEWEST)
    assert body["tags"] == {"run": "7"}
    assert body["properties"]["provisioningState"] == "Succeeded"


def test_distribute_with_every_target(submitted: Bench) -> None:
    """Targets that are named again are changed, and new ones may be added."""
    targets = [shared_image(artifactTags={"commit": "abc"}), shared_image(runOutputName="second")]
    changed = patched(submitted, {"properties": {"distribute": targets}})["properties"]["distribute"]
    assert [target["runOutputName"] for target in changed] == ["apache", "second"]
    assert changed[0]["artifactTags"] == {"commit": "abc"}


def test_distribute_without_a_target_is_refused(submitted: Bench) -> None:
    """A target cannot be taken away."""
    body = {"properties": {"distribute": [shared_image(runOutputName="other")]}}
    error = submitted.error("PATCH", TEMPLATE, body, api_version=NEWEST)
    assert error["message"] == (
        "Validation failed: Distribute target with Runoutput name apache not found in the update request. Deleting a "
        "distribution target is not allowed."
    )


def test_vm_profile_since_2024(submitted: Bench) -> None:
    """The machine's profile may change since 2024-02-01 only."""
    body = {"properties": {"vmProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert submitted.error("PATCH", TEMPLATE, body, api_version="2023-07-01")["code"] == "Conflict"
    assert patched(submitted, body)["properties"]["vmProfile"] == {"vmSize": "Standard_D4s_v3"}


@pytest.mark.parametrize("name", ["source", "customize", "validate", "buildTimeoutInMinutes"])
def test_the_rest_is_fixed(submitted: Bench, name: str) -> None:
    """What is built cannot be changed."""
    error = submitted.error("PATCH", TEMPLATE, {"properties": {name: []}}, api_version=NEWEST)
    assert (error["status"], error["message"]) == (409, "Update/Upgrade of image templates is currently not supported")


def test_identity_swap(submitted: Bench) -> None:
    """An identity is swapped by naming the new one and giving the old one as null; `None` takes it off."""
    old, new = submitted.identity("builder"), submitted.identity("other")
    two = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {new: {}}}}
    assert submitted.error("PATCH", TEMPLATE, two, api_version=NEWEST)["code"] == "ValidationFailed"
    swap = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {new: {}, old: None}}}
    assert list(patched(submitted, swap)["identity"]["userAssignedIdentities"]) == [new]
    assert patched(submitted, {"identity": {"type": "None"}})["identity"] == {"type": "None"}


def test_refused_while_running(submitted: Bench) -> None:
    """A template that runs cannot be changed."""
    submitted.engine.gate.clear()
    response = submitted("POST", f"{TEMPLATE}/run", api_version=NEWEST)
    assert submitted.engine.building.wait(10)
    error = submitted.error("PATCH", TEMPLATE, {"tags": {}}, api_version=NEWEST)
    assert error["code"] == "OperationNotAllowed"
    submitted.engine.gate.set()
    submitted.cloud.complete(response)
