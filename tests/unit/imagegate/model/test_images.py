"""Image versions, definitions and templates, as ARM answers them."""

from typing import Any

import pytest

from imagegate.model import ImageDefinition, ImageTemplate, ImageVersion, RunOutput

VERSION = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/golden/images/web/versions/1.2.3"


def _version(profile: dict[str, Any], **properties: object) -> ImageVersion:
    body = {"id": VERSION, "location": "westeurope", "properties": {"publishingProfile": profile, **properties}}
    return ImageVersion.from_arm(body)


def test_replication_by_region_in_any_spelling() -> None:
    """A region is found by either of its names, with how far its copy is."""
    version = _version(
        {"targetRegions": [{"name": "West Europe"}, {"name": "North Europe", "excludeFromLatest": True}]},
        replicationStatus={"summary": [{"region": "westeurope", "state": "Completed", "progress": 100}]},
        provisioningState="succeeded",
    )

    region = version.region("westeurope")

    assert region is not None
    assert (region.replication, region.progress_percent) == ("Completed", 100)
    assert (version.region("northeurope"), version.region("eastus")) == (version.regions[1], None)
    assert version.succeeded


def test_excluded_globally_or_in_a_region() -> None:
    """The global flag and those of the regions are read each by itself; an absent flag means false."""
    version = _version({"targetRegions": [{"name": "westeurope", "excludeFromLatest": True}, {"name": "northeurope"}]})

    assert [region.excluded_from_latest for region in version.regions] == [True, False]
    assert not version.excluded_from_latest
    assert _version({"excludeFromLatest": True}).excluded_from_latest


def test_prints_its_names() -> None:
    """People read gallery, definition and version."""
    assert str(_version({})) == "golden/web/1.2.3"
    assert str(_version({}).definition_id).endswith("/images/web")


@pytest.mark.parametrize(
    ("feature", "vm"),
    [
        (None, "Standard"),
        ("Standard", "Standard"),
        ("TrustedLaunchSupported", "TrustedLaunch"),
        ("trustedlaunch", "TrustedLaunch"),
        ("ConfidentialVMSupported", "Standard"),
    ],
)
def test_security_type_of_the_vm(feature: str | None, vm: str) -> None:
    """The definition decides what a VM of it must be made with."""
    features = [{"name": "SecurityType", "value": feature}] if feature else []
    definition = ImageDefinition.from_arm(
        {"id": VERSION.rpartition("/versions")[0], "location": "x", "properties": {"features": features}}
    )

    assert definition.vm_security_type == vm


def test_template_states() -> None:
    """A template is settled when the service is done with it, and running while its run is not over."""
    base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.VirtualMachineImages/imageTemplates/t"
    template = ImageTemplate.from_arm(
        {
            "id": base,
            "tags": {"imagegate-commit": "abc"},
            "properties": {
                "provisioningState": "SUCCEEDED",
                "lastRunStatus": {"runState": "Canceling", "startTime": "2026-01-01T00:00:00Z"},
                "exactStagingResourceGroup": "/subscriptions/s/resourceGroups/IT_rg_t_1",
            },
        }
    )

    assert (template.settled, template.running) == (True, True)
    assert (template.staging_resource_group, template.stamp.commit) == ("IT_rg_t_1", "abc")
    assert not ImageTemplate.from_arm({"id": base, "properties": {"provisioningState": "Creating"}}).settled


def test_run_output_of_a_vhd() -> None:
    """A VHD has an address and no id."""
    output = RunOutput.from_arm({"name": "vhd", "properties": {"artifactUri": "https://x/y.vhd"}})

    assert (output.artifact_id, output.artifact_uri) == (None, "https://x/y.vhd")
