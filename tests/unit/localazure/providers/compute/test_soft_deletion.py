"""Soft deletion of image versions: kept, listed, used by exact id, restored, deleted for good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cloud_bench import RG, Bench
from image_world import DEFINITION, GALLERY, VM, make_interface, make_version, vm_body

KEPT = f"{GALLERY}/softDeletedArtifactTypes/Images/artifacts/apache/versions"
POLICY = {"isSoftDeleteEnabled": True}


@pytest.fixture
def version(bench: Bench) -> str:
    """A version in a gallery that keeps what is deleted."""
    made = make_version(bench)
    body = {"location": "westeurope", "tags": {}, "properties": {"identifier": {}, "softDeletePolicy": POLICY}}
    shown = bench("PUT", GALLERY, body, api_version="2021-10-01").body
    assert shown["properties"]["softDeletePolicy"] == POLICY
    return made


def test_a_deleted_version_is_kept_for_a_week(bench: Bench, version: str) -> None:
    """It is gone from its place and from the list of versions, and listed with what was recorded of it."""
    assert bench.settled("DELETE", version)["status"] == "Succeeded"
    assert bench("GET", version).status == 404
    assert bench.body(f"{DEFINITION}/versions")["value"] == []
    [kept] = bench.body(KEPT)["value"]
    assert (kept["name"], kept["location"]) == ("0.0.1", "westeurope")
    properties = kept["properties"]
    assert properties["resourceArmId"].lower() == version.lower()
    assert properties["softDeletedArtifactType"] == "Images"
    now = bench.clock.now()
    assert properties["softDeletedTime"].startswith(f"{now:%Y-%m-%dT%H:%M:%S}")
    assert properties["consumptionEndTime"].startswith(f"{now + timedelta(days=7):%Y-%m-%dT%H:%M:%S}")


def test_a_kept_version_is_restored_as_it_was(bench: Bench, version: str) -> None:
    """A PUT with `restore` brings body, disk and replication back."""
    before = bench.body(version)
    bench.settled("DELETE", version)
    response = bench("PUT", version, {"location": "westeurope", "properties": {"restore": True}})
    assert (response.status, response.body["properties"]["provisioningState"]) == (200, "Updating")
    bench.cloud.complete(response)
    assert bench.body(version) == before
    assert bench.body(KEPT)["value"] == []
    bench.settled("PUT", VM, vm_body(version, make_interface(bench)))


def test_restoring_wants_something_to_restore_in_its_own_region(bench: Bench, version: str) -> None:
    """404 when there is nothing, 409 from elsewhere."""
    body = {"location": "westeurope", "properties": {"restore": True}}
    other = version.replace("0.0.1", "0.0.9")
    assert bench.error("PUT", other, body)["status"] == 404
    bench.settled("DELETE", version)
    error = bench.error("PUT", version, {**body, "location": "northeurope"})
    assert (error["status"], error["code"]) == (409, "InvalidResourceLocation")


def test_machines_can_be_made_of_it_until_the_retention_is_over(bench: Bench, version: str) -> None:
    """By its exact id; `latest` never means it."""
    bench.settled("DELETE", version)
    interface = make_interface(bench)
    by_definition = vm_body(DEFINITION.replace("~", RG), interface)
    assert bench.error("PUT", VM, by_definition)["code"] == "GalleryImageNotFound"
    bench.settled("PUT", VM, vm_body(version, interface))
    bench.clock.let_pass(days=8)
    error = bench.error("PUT", f"{VM}2", vm_body(version, interface))
    assert (error["status"], error["code"]) == (404, "GalleryImageNotFound")


def test_the_grace_period_still_allows_to_restore(bench: Bench, version: str) -> None:
    """Between the end of retention and the hard deletion it is listed; afterwards it is gone."""
    policy = {**POLICY, "retentionPeriodInDays": 10, "gracePeriodInDays": 3}
    bench.settled("PATCH", GALLERY, {"properties": {"softDeletePolicy": policy}})
    bench.settled("DELETE", version)
    bench.clock.let_pass(days=12)
    assert len(bench.body(KEPT)["value"]) == 1
    bench.clock.let_pass(days=2)
    assert bench.body(KEPT)["value"] == []
    assert bench.error("PUT", version, {"location": "westeurope", "properties": {"restore": True}})["status"] == 404


def test_its_number_and_its_definition_are_taken(bench: Bench, version: str) -> None:
    """Neither a new version of the number nor the definition's deletion, until it is deleted for good."""
    bench.settled("DELETE", version)
    storage = {"storageProfile": {"source": {"id": version}}}
    error = bench.error("PUT", version, {"location": "westeurope", "properties": storage})
    assert (error["status"], error["code"]) == (409, "Conflict")
    assert bench.error("DELETE", DEFINITION)["code"] == "CannotDeleteResource"
    assert bench.settled("DELETE", version)["status"] == "Succeeded"
    assert bench.body(KEPT)["value"] == []
    assert bench("DELETE", version).status == 204
    bench.settled("DELETE", DEFINITION)
    bench.settled("DELETE", GALLERY)


def test_a_deletion_may_go_past_the_policy(bench: Bench, version: str) -> None:
    """`bypassSoftDelete` deletes for good at once."""
    bench.settled("DELETE", version, bypassSoftDelete="true")
    assert bench.body(KEPT)["value"] == []


def test_without_the_policy_nothing_is_kept(bench: Bench, version: str) -> None:
    """Switched off, a deletion is one."""
    bench.settled("PATCH", GALLERY, {"properties": {"softDeletePolicy": {"isSoftDeleteEnabled": False}}})
    bench.settled("DELETE", version)
    assert bench.body(KEPT)["value"] == []


def test_only_images_can_be_kept(bench: Bench, version: str) -> None:
    """Another type of artifact is refused."""
    assert version
    assert bench.error("GET", KEPT.replace("Images", "Apps"))["code"] == "InvalidParameter"
