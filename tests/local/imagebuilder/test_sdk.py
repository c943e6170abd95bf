"""The SDK's own image builder client, unmodified, against the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.imagebuilder import ImageBuilderClient
from azure.mgmt.imagebuilder.models import ImageTemplate, ImageTemplateUpdateParameters

from localazure.access.built_in_roles import OWNER
from recording_engine import RecordingEngine

IDENTITY = "~/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
DEFINITION = "~/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/apache"


@pytest.fixture
def client(
    owner: Any,  # noqa: ANN401 - a caller of the conftest above
    credential: ClientSecretCredential,
    subscription_id: str,
    sdk_options: dict[str, Any],
) -> Iterator[ImageBuilderClient]:
    """A client, and all that a template stands on."""
    owner("POST", "~/providers/Microsoft.ContainerInstance/register")
    identity = owner.settled("PUT", IDENTITY, {"location": "westeurope"}).json()
    scope = f"/subscriptions/{subscription_id}/resourceGroups/rg"
    properties = {
        "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}",
        "principalId": identity["properties"]["principalId"],
        "principalType": "ServicePrincipal",
    }
    assignment = f"{scope}/providers/Microsoft.Authorization/roleAssignments/0b1f6471-1bf0-4dda-aec3-cb9272f09590"
    assert owner("PUT", assignment, {"properties": properties}, api_version="2022-04-01").ok
    owner.settled("PUT", DEFINITION.rsplit("/", 2)[0], {"location": "westeurope"})
    definition = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "p", "offer": "o", "sku": "s"},
    }
    owner.settled("PUT", DEFINITION, {"location": "westeurope", "properties": definition})
    with ImageBuilderClient(credential, subscription_id, **sdk_options) as known:
        yield known


@pytest.fixture
def template(subscription_id: str) -> dict[str, Any]:
    """A template as a dictionary, which the SDK sends untouched."""
    subscription = f"/subscriptions/{subscription_id}"
    source = {
        "type": "PlatformImage",
        "publisher": "Debian",
        "offer": "debian-12",
        "sku": "12-gen2",
        "version": "latest",
    }
    target = {
        "type": "SharedImage",
        "runOutputName": "apache",
        "galleryImageId": DEFINITION.replace("~", subscription),
        "targetRegions": [{"name": "westeurope"}],
        "excludeFromLatest": True,
    }
    return {
        "location": "westeurope",
        "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": {IDENTITY.replace("~", subscription): {}},
        },
        "properties": {
            "source": source,
            "customize": [{"type": "Shell", "name": "install", "inline": ["true"]}],
            "distribute": [target],
        },
    }


def test_create_run_read_delete(client: ImageBuilderClient, template: dict[str, Any]) -> None:
    """The whole life of a template: the pollers end as the SDK expects, and `run` returns None."""
    images = client.virtual_machine_image_templates
    created = images.begin_create_or_update("rg", "apache", ImageTemplate(template)).result()
    assert created.properties
    assert created.properties.provisioning_state == "Succeeded"
    assert images.begin_run("rg", "apache").result() is None
    read = images.get("rg", "apache")
    assert read.properties
    assert read.properties.last_run_status
    assert read.properties.last_run_status.run_state == "Succeeded"
    [output] = images.list_run_outputs("rg", "apache")
    assert output.properties
    assert str(output.properties.artifact_id).endswith("/versions/0.0.1")
    assert [one.name for one in images.list_by_resource_group("rg")] == ["apache"]
    assert [one.name for one in images.list()] == ["apache"]
    images.begin_update("rg", "apache", ImageTemplateUpdateParameters({"tags": {"run": "7"}})).result()
    assert images.get("rg", "apache").tags == {"run": "7"}
    images.begin_delete("rg", "apache").result()
    with pytest.raises(ResourceNotFoundError):
        images.get("rg", "apache")


def test_errors_arrive_as_the_sdk_maps_them(
    client: ImageBuilderClient, template: dict[str, Any], recording_engine: RecordingEngine
) -> None:
    """A second submission and a second run are ResourceExistsError; a failed build surfaces with status 200."""
    images = client.virtual_machine_image_templates
    images.begin_create_or_update("rg", "apache", ImageTemplate(template)).result()
    with pytest.raises(ResourceExistsError, match="Update/Upgrade of image templates is currently not supported"):
        images.begin_create_or_update("rg", "apache", ImageTemplate(template))
    recording_engine.gate.clear()
    images.begin_run("rg", "apache", polling=False)
    assert recording_engine.building.wait(10)
    running = images.get("rg", "apache").properties
    assert running
    assert running.last_run_status
    assert running.last_run_status.end_time
    assert running.last_run_status.end_time.year == 1
    with pytest.raises(ResourceExistsError, match="run state: running"):
        images.begin_run("rg", "apache")
    images.begin_cancel("rg", "apache").result()
    recording_engine.gate.set()
    while True:
        status = images.get("rg", "apache").properties
        assert status
        assert status.last_run_status
        if status.last_run_status.run_state == "Canceled":
            break
    recording_engine.fails_in = "Customizing"
    with pytest.raises(HttpResponseError) as failed:
        images.begin_run("rg", "apache").result()
    assert failed.value.status_code == 200
    assert failed.value.error
    assert failed.value.error.code == "PackerBuildFailed"
