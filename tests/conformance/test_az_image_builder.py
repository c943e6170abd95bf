"""`az image builder`, `az sig` and `az storage blob`: a template is put together, run, and its log read, with az."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from azure_cli import Az
from recording_engine import RecordingEngine

pytestmark = pytest.mark.slow

GROUP = ("--resource-group", "rg-images")
GALLERY = (*GROUP, "--gallery-name", "golden")
DEFINITION = (*GALLERY, "--gallery-image-definition", "apache")
TEMPLATE = (*GROUP, "--name", "apache")
_PATIENCE_S = 60


@pytest.fixture(scope="module")
def definition(az: Az) -> dict[str, Any]:
    """A gallery's image definition, and an identity that may write into its group."""
    group = az("group", "create", "--name", "rg-images", "--location", "westeurope")
    az.registered("Compute", "ManagedIdentity", "Network", "Storage", "VirtualMachineImages", "ContainerInstance")
    identity = az("identity", "create", *GROUP, "--name", "builder")
    az(
        *("role", "assignment", "create", "--assignee-object-id", identity["principalId"]),
        *("--assignee-principal-type", "ServicePrincipal", "--role", "Contributor", "--scope", group["id"]),
    )
    az("sig", "create", *GALLERY)
    return dict(
        az(
            *("sig", "image-definition", "create", *DEFINITION),
            *("--publisher", "contoso", "--offer", "web", "--sku", "apache"),
            *("--os-type", "Linux", "--hyper-v-generation", "V2", "--features", "SecurityType=Standard"),
        )
    )


@pytest.fixture(scope="module")
def template(az: Az, definition: dict[str, Any]) -> dict[str, Any]:
    """An image template that was put together on az's side and then sent."""
    del definition
    az(
        *("image", "builder", "create", *TEMPLATE, "--identity", "builder", "--defer"),
        *("--image-source", "Debian:debian-12:12-gen2:latest"),
        *("--shared-image-destinations", "golden/apache=westeurope,northeurope"),
    )
    az(
        *("image", "builder", "customizer", "add", *TEMPLATE, "--defer", "--customizer-name", "update"),
        *("--type", "shell", "--inline-script", "sudo apt-get update"),
    )
    az("image", "builder", "validator", "add", *TEMPLATE, "--defer", "--continue-distribute-on-failure", "false")
    return dict(az("image", "builder", "update", *TEMPLATE))


@pytest.fixture(scope="module")
def run(az: Az, template: dict[str, Any]) -> dict[str, Any]:
    """The outcome of the template's run."""
    del template
    az("image", "builder", "run", *TEMPLATE)
    (output,) = az("image", "builder", "show-runs", *TEMPLATE)
    return dict(output)


def test_a_template_is_put_together(az: Az, template: dict[str, Any]) -> None:
    """What was added on az's side is what the service has, its identity filled in; it cannot be changed any more."""
    assert template["provisioningState"] == "Succeeded"
    assert [one["name"] for one in template["customize"]] == ["update"]
    assert template["distribute"][0]["replicationRegions"] == ["westeurope", "northeurope"]
    assert template["validate"]["continueDistributeOnFailure"] is False
    (identity,) = template["identity"]["userAssignedIdentities"].values()
    assert set(identity) == {"clientId", "principalId"}
    shown = az("image", "builder", "show", *TEMPLATE)
    assert shown == template
    assert [one["id"] for one in az("image", "builder", "list", *GROUP)] == [template["id"]]

    refusal = az.refused("image", "builder", "update", *TEMPLATE, "--set", "buildTimeoutInMinutes=30")
    assert "Update/Upgrade of image templates is currently not supported" in refusal


def test_customizers_outputs_and_validators_are_edited(az: Az, definition: dict[str, Any]) -> None:
    """`add`, `remove`, `clear` and `show` change the template that az holds, before it is sent."""
    del definition
    other = (*GROUP, "--name", "edited")
    az(
        *("image", "builder", "create", *other, "--identity", "builder", "--defer"),
        *("--image-source", "Debian:debian-12:12-gen2:latest", "--managed-image-destinations", "first=westeurope"),
    )
    add = ("image", "builder", "customizer", "add", *other, "--defer")
    az(*add, "--customizer-name", "one", "--type", "shell", "--inline-script", "true")
    two = az(
        *(*add, "--customizer-name", "two", "--type", "file"),
        *("--file-source", "https://example.org/two", "--dest-path", "/opt/two"),
    )
    assert [one["type"] for one in two["properties"]["customize"]] == ["Shell", "File"]
    left = az("image", "builder", "customizer", "remove", *other, "--defer", "--customizer-name", "two")
    assert [one["name"] for one in left["properties"]["customize"]] == ["one"]
    outputs = az(
        *("image", "builder", "output", "add", *other, "--defer", "--output-name", "gallery"),
        *("--gallery-name", "golden", "--gallery-image-definition", "apache", "--gallery-replication-regions"),
        "westeurope",
    )
    assert [one["runOutputName"] for one in outputs["properties"]["distribute"]] == ["first", "gallery"]
    az("image", "builder", "output", "remove", *other, "--defer", "--output-name", "first")
    az("image", "builder", "validator", "add", *other, "--defer", "--source-validation-only", "true")
    assert az("image", "builder", "validator", "show", *other, "--defer")["sourceValidationOnly"] is True
    az("image", "builder", "validator", "remove", *other, "--defer")

    made = az("image", "builder", "update", *other)
    assert [one["name"] for one in made["customize"]] == ["one"]
    assert [one["runOutputName"] for one in made["distribute"]] == ["gallery"]
    assert made["validate"] is None
    az("image", "builder", "delete", *other)
    assert "ResourceNotFound" in az.refused("image", "builder", "show", *other)


def test_a_run_ends_with_a_version(az: Az, run: dict[str, Any]) -> None:
    """After `run` the template tells of success, the output names the version, and `wait` has nothing to wait for."""
    shown = az("image", "builder", "show", *TEMPLATE)
    assert shown["lastRunStatus"]["runState"] == "Succeeded"
    az("image", "builder", "wait", *TEMPLATE, "--custom", "lastRunStatus.runState=='Succeeded'", "--interval", "1")
    version = az("sig", "image-version", "show", "--ids", run["artifactId"])
    assert version["provisioningState"] == "Succeeded"
    assert [one["name"] for one in version["publishingProfile"]["targetRegions"]] == ["West Europe", "North Europe"]


def test_the_log_is_read_from_the_staging_group(az: Az, run: dict[str, Any], tmp_path: Path) -> None:
    """The staging group names its template; its account has the log, for a key, and with a data role, for a login."""
    del run
    staging = az("image", "builder", "show", *TEMPLATE)["exactStagingResourceGroup"]
    group = az("group", "show", "--name", staging.rsplit("/", 1)[1])
    assert group["tags"]["createdBy"] == "AzureVMImageBuilder"
    assert group["tags"]["imageTemplateName"] == "apache"

    (account,) = az("storage", "account", "list", "--resource-group", group["name"])
    key = az("storage", "account", "keys", "list", "-g", group["name"], "-n", account["name"])[0]["value"]
    logs = ("--container-name", "packerlogs", "--blob-endpoint", account["primaryEndpoints"]["blob"])
    keyed = (*logs, "--account-name", account["name"], "--account-key", key)
    (blob,) = az("storage", "blob", "list", *keyed)
    assert blob["name"].endswith("/customization.log")

    download = ("storage", "blob", "download", *logs, "--auth-mode", "login", "--name", blob["name"], "--file")
    assert "required permissions" in az.refused(*download, str(tmp_path / "refused.log"))
    az(
        *("role", "assignment", "create", "--role", "Storage Blob Data Reader", "--scope", account["id"]),
        *("--assignee", az.cloud["AZURE_CLIENT_ID"]),
    )
    az(*download, str(tmp_path / "customization.log"))
    assert "azure-arm: Customizing" in (tmp_path / "customization.log").read_text()


def test_the_log_is_found_by_the_accounts_name(az: Az, run: dict[str, Any]) -> None:
    """`--account-name` alone reaches an account, where this machine resolves names under localhost."""
    del run
    staging = az("image", "builder", "show", *TEMPLATE)["exactStagingResourceGroup"].rsplit("/", 1)[1]
    (account,) = az("storage", "account", "list", "--resource-group", staging)
    try:
        socket.getaddrinfo(f"{account['name']}.blob.localhost", 443)
    except socket.gaierror:
        pytest.skip("names under localhost do not resolve here: libnss-myhostname or systemd-resolved does that")
    listed = az("storage", "blob", "list", "--account-name", account["name"], "--container-name", "packerlogs")
    assert listed[0]["name"].endswith("/customization.log")


def test_a_run_is_cancelled(az: Az, run: dict[str, Any], recording_engine: RecordingEngine) -> None:
    """`run --no-wait` comes back at once, a second run is refused, `cancel` ends it as Canceled."""
    del run
    recording_engine.gate.clear()
    recording_engine.building.clear()
    try:
        az("image", "builder", "run", *TEMPLATE, "--no-wait")
        assert recording_engine.building.wait(_PATIENCE_S)
        assert az("image", "builder", "show", *TEMPLATE)["lastRunStatus"]["runState"] == "Running"
        assert "OperationNotAllowed" in az.refused("image", "builder", "run", *TEMPLATE)
        az("image", "builder", "cancel", *TEMPLATE)
    finally:
        recording_engine.gate.set()
    az("image", "builder", "wait", *TEMPLATE, "--custom", "lastRunStatus.runState=='Canceled'", "--interval", "1")


def test_a_failed_run_says_why(az: Az, run: dict[str, Any], recording_engine: RecordingEngine) -> None:
    """`run` fails with the service's own code and message, and so does the template."""
    del run
    recording_engine.fails_in = "Customizing"
    try:
        refusal = az.refused("image", "builder", "run", *TEMPLATE)
    finally:
        recording_engine.fails_in = ""
    assert "PackerBuildFailed" in refusal
    assert "Packer build logs are at location" in refusal
    assert az("image", "builder", "show", *TEMPLATE)["lastRunStatus"]["runState"] == "Failed"


def test_versions_by_hand(az: Az, run: dict[str, Any]) -> None:
    """A version is made from another one, shown with its replication, hidden from latest, spread further, deleted."""
    version = (*DEFINITION, "--gallery-image-version", "2.0.0")
    made = az(
        *("sig", "image-version", "create", *version, "--image-version", run["artifactId"]),
        *("--target-regions", "westeurope", "northeurope=2=standard_lrs", "--tags", "by=hand"),
    )
    assert made["provisioningState"] == "Succeeded"
    assert made["publishingProfile"]["targetRegions"][1]["regionalReplicaCount"] == 2
    change = ("sig", "image-version", "update", *version)
    assert az(*change, "--set", "publishingProfile.excludeFromLatest=true")["publishingProfile"]["excludeFromLatest"]
    regions = az(*change, "--target-regions", "westeurope", "eastus")["publishingProfile"]["targetRegions"]
    assert [one["name"] for one in regions] == ["West Europe", "East US"]
    shown = az("sig", "image-version", "show", *version, "--expand", "ReplicationStatus")
    assert shown["replicationStatus"]["aggregatedState"] == "Completed"

    names = az("sig", "image-version", "list", *DEFINITION, "--query", "[].name")
    assert set(names) == {run["artifactId"].rsplit("/", 1)[1], "2.0.0"}
    refusal = az.refused("sig", "image-definition", "delete", *DEFINITION)
    assert "nested resources" in refusal
    az("sig", "image-version", "delete", *version)
    assert "ResourceNotFound" in az.refused("sig", "image-version", "show", *version)


def test_galleries_and_definitions(az: Az, definition: dict[str, Any]) -> None:
    """They are listed, shown and updated; a gallery without definitions is deleted."""
    assert [one["name"] for one in az("sig", "image-definition", "list", *GALLERY)] == ["apache"]
    assert az("sig", "image-definition", "show", *DEFINITION)["id"] == definition["id"]
    change = ("sig", "image-definition", "update", *DEFINITION, "--set", "description=Web")
    assert az(*change)["description"] == "Web"
    other = (*GROUP, "--gallery-name", "empty")
    az("sig", "create", *other, "--description", "nothing in it")
    assert az("sig", "update", *other, "--set", "tags.stage=test")["tags"] == {"stage": "test"}
    assert [one["name"] for one in az("sig", "list", *GROUP)] == ["empty", "golden"]
    az("sig", "delete", *other)
    assert "ResourceNotFound" in az.refused("sig", "show", *other)
