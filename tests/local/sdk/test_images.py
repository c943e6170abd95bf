"""azure-mgmt-imagebuilder, -containerinstance and the galleries of -compute against the local cloud."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from recording_engine import RecordingEngine
from sdk_bench import Sdk

PLACE = {"location": "westeurope"}
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
DEFINITION = PLACE | {
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "p", "offer": "o", "sku": "s"},
        "features": [{"name": "SecurityType", "value": "Standard"}],
    }
}
DEBIAN = {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}


@pytest.fixture
def template(azure: Sdk, group: str) -> dict[str, Any]:
    """A template, and what it stands on: an identity that may do all in the group, a gallery, a definition."""
    identity = azure.msi.user_assigned_identities.create_or_update(group, "builder", PLACE)
    scope = azure.resources.resource_groups.get(group).id
    role = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"
    grant = {"roleDefinitionId": role, "principalId": identity.principal_id, "principalType": "ServicePrincipal"}
    azure.authorization.role_assignments.create(scope, str(uuid.uuid4()), {"properties": grant})
    azure.compute.galleries.begin_create_or_update(group, "golden", PLACE)
    made = azure.compute.gallery_images.begin_create_or_update(group, "golden", "apache", DEFINITION)
    regions = [{"name": "westeurope"}]
    target = {"type": "SharedImage", "runOutputName": "apache", "galleryImageId": made.id, "targetRegions": regions}
    steps = [{"type": "Shell", "name": "install", "inline": ["true"]}]
    properties = {"source": DEBIAN, "customize": steps, "distribute": [target]}
    known = {"type": "UserAssigned", "userAssignedIdentities": {identity.id: {}}}
    return PLACE | {"identity": known, "properties": properties}


def test_a_template_lives(azure: Sdk, group: str, template: dict[str, Any]) -> None:
    """A template is made, found, listed, tagged, run to the end, told its outputs, triggered and deleted."""
    images, triggers = azure.imagebuilder.virtual_machine_image_templates, azure.imagebuilder.triggers
    made = images.begin_create_or_update(group, "apache", template)
    assert made.properties.provisioning_state == "Succeeded"
    assert images.begin_run(group, "apache") is None
    assert images.get(group, "apache").properties.last_run_status.run_state == "Succeeded"
    [output] = images.list_run_outputs(group, "apache")
    assert images.get_run_output(group, "apache", "apache").properties.artifact_id == output.properties.artifact_id
    assert [entry.name for entry in images.list_by_resource_group(group)] == ["apache"]
    assert made.id in [entry.id for entry in images.list()]
    assert images.begin_update(group, "apache", {"tags": {"run": "7"}}).tags == {"run": "7"}

    triggers.begin_create_or_update(group, "apache", "source", {"properties": {"kind": "SourceImage"}})
    assert triggers.get(group, "apache", "source").properties.kind == "SourceImage"
    assert [entry.name for entry in triggers.list_by_image_template(group, "apache")] == ["source"]
    triggers.begin_delete(group, "apache", "source")
    images.begin_delete(group, "apache")
    with pytest.raises(ResourceNotFoundError):
        images.get(group, "apache")


def test_a_build_is_watched_and_cancelled(
    azure: Sdk, group: str, template: dict[str, Any], engine: RecordingEngine
) -> None:
    """The container group of a build is there while it goes on; a second run is refused, and it is cancelled."""
    images = azure.imagebuilder.virtual_machine_image_templates
    staging = images.begin_create_or_update(group, "apache", template).properties.exact_staging_resource_group
    engine.gate.clear()
    engine.building.clear()
    try:
        images.begin_run(group, "apache", polling=False)
        assert engine.building.wait(10)
        with pytest.raises(ResourceExistsError, match="run state: running"):
            images.begin_run(group, "apache")
        containers, name = azure.containerinstance.container_groups, staging.rsplit("/", 1)[-1]
        [running] = containers.list_by_resource_group(name)
        assert containers.get(name, running.name).id == running.id
        assert running.id in [entry.id for entry in containers.list()]
        log = azure.containerinstance.containers.list_logs(name, running.name, running.containers[0].name)
        assert isinstance(log.content, str)
        images.begin_cancel(group, "apache")
    finally:
        engine.gate.set()
    for thread in list(azure.server.cloud.long_running._threads.values()):
        thread.join()
    assert images.get(group, "apache").properties.last_run_status.run_state == "Canceled"


def test_a_failed_build_is_an_error_with_status_200(
    azure: Sdk, group: str, template: dict[str, Any], engine: RecordingEngine
) -> None:
    """The poller of a run that fails raises what the service says."""
    images = azure.imagebuilder.virtual_machine_image_templates
    images.begin_create_or_update(group, "apache", template)
    engine.fails_in = "Customizing"
    try:
        with pytest.raises(HttpResponseError) as failed:
            images.begin_run(group, "apache")
    finally:
        engine.fails_in = ""
    assert failed.value.status_code == 200
    assert "PackerBuildFailed" in str(failed.value)


def test_a_gallery_with_its_images_lives(azure: Sdk, group: str, snapshot_id: str) -> None:
    """Gallery, definition and version are made, found, listed, changed and deleted, the inner ones first."""
    compute = azure.compute
    gallery = compute.galleries.begin_create_or_update(group, "golden", PLACE)
    assert compute.galleries.get(group, "golden").id == gallery.id
    assert [entry.name for entry in compute.galleries.list_by_resource_group(group)] == ["golden"]
    assert gallery.id in [entry.id for entry in compute.galleries.list()]
    assert compute.galleries.begin_update(group, "golden", {"tags": {"a": "b"}}).tags == {"a": "b"}

    place = (group, "golden", "apache")
    compute.gallery_images.begin_create_or_update(*place, DEFINITION)
    assert compute.gallery_images.get(*place).properties.os_state == "Generalized"
    assert [entry.name for entry in compute.gallery_images.list_by_gallery(group, "golden")] == ["apache"]
    assert compute.gallery_images.begin_update(*place, {"tags": {"a": "b"}}).tags == {"a": "b"}

    versions = compute.gallery_image_versions
    source = {"osDiskImage": {"source": {"id": snapshot_id}}}
    profile = {"targetRegions": [{"name": "westeurope"}], "excludeFromLatest": True}
    body = PLACE | {"properties": {"publishingProfile": profile, "storageProfile": source}}
    versions.begin_create_or_update(*place, "1.0.0", body)
    read = versions.get(*place, "1.0.0", expand="ReplicationStatus")
    assert read.properties.replication_status.aggregated_state == "Completed"
    assert [entry.name for entry in versions.list_by_gallery_image(*place)] == ["1.0.0"]
    change = {"properties": {"publishingProfile": {"excludeFromLatest": False}}}
    assert versions.begin_update(*place, "1.0.0", change).properties.publishing_profile.exclude_from_latest is False
    with pytest.raises(HttpResponseError, match="nested resources"):
        compute.galleries.begin_delete(group, "golden")

    versions.begin_delete(*place, "1.0.0")
    compute.gallery_images.begin_delete(*place)
    compute.galleries.begin_delete(group, "golden")
    with pytest.raises(ResourceNotFoundError):
        compute.galleries.get(group, "golden")


def test_a_version_outlives_its_deletion(azure: Sdk, group: str, snapshot_id: str) -> None:
    """Where the gallery keeps what is deleted, a version is listed among the soft-deleted, restored, and ended."""
    compute = azure.compute
    place, keeping = (group, "keeping", "apache"), {"softDeletePolicy": {"isSoftDeleteEnabled": True}}
    compute.galleries.begin_create_or_update(group, "keeping", {**PLACE, "properties": keeping})
    compute.gallery_images.begin_create_or_update(*place, DEFINITION)
    versions = compute.gallery_image_versions
    storage = {"osDiskImage": {"source": {"id": snapshot_id}}}
    versions.begin_create_or_update(*place, "1.0.0", {**PLACE, "properties": {"storageProfile": storage}})

    versions.begin_delete(*place, "1.0.0")
    kept = list(compute.soft_deleted_resource.list_by_artifact_name(group, "keeping", "Images", "apache"))
    assert [(entry.name, entry.properties.soft_deleted_artifact_type) for entry in kept] == [("1.0.0", "Images")]
    restored = versions.begin_create_or_update(*place, "1.0.0", {**PLACE, "properties": {"restore": True}})
    assert restored.properties.provisioning_state == "Succeeded"
    versions.begin_delete(*place, "1.0.0", bypass_soft_delete=True)
    assert not list(compute.soft_deleted_resource.list_by_artifact_name(group, "keeping", "Images", "apache"))
    compute.gallery_images.begin_delete(*place)
    compute.galleries.begin_delete(group, "keeping")
