"""What makes an image version usable, and what does not."""

from typing import Any

import pytest

from imagegate.steps.validate_image_version import validate_image_version
from smoke_azure import DEFINITION_ID, VERSION_ID, SmokeAzure


def validate(azure: SmokeAzure, *regions: str) -> dict[str, Any]:
    """Look once."""
    return validate_image_version(azure.cloud(), {"image_version_id": VERSION_ID, "regions": list(regions)})


def profile(*regions: str) -> dict[str, Any]:
    """A publishing profile for these regions."""
    return {"targetRegions": [{"name": region} for region in regions]}


def replication(**states: str) -> dict[str, Any]:
    """A replication status by region."""
    summary = [{"region": name, "state": state, "progress": 40, "details": "why"} for name, state in states.items()]
    return {"summary": summary}


def test_usable() -> None:
    """A version that is replicated is usable in its own region, whatever the spelling."""
    azure = SmokeAzure()
    azure.add_version(tags={"imagegate-ref": "refs/heads/main"})

    found = validate(azure)

    assert found == {
        "state": "usable",
        "reason": "",
        "regions": ["westeurope"],
        "location": "westeurope",
        "tags": {"imagegate-ref": "refs/heads/main"},
        "security_type": "Standard",
        "published_at": "2026-11-20T10:00:00+00:00",
        "replicated": ["West Europe"],
    }


def test_region_that_is_named_twice() -> None:
    """Two spellings of a region are one region: each gets one smoke VM."""
    azure = SmokeAzure()
    azure.add_version()

    assert len(validate(azure, "West Europe", "westeurope", "WestEurope")["regions"]) == 1


def test_missing() -> None:
    """A version that is not there is unusable."""
    assert validate(SmokeAzure())["state"] == "unusable"


def test_definition_missing() -> None:
    """A version without a definition that can be read is unusable."""
    azure = SmokeAzure()
    azure.add_version()
    del azure.resources[DEFINITION_ID.lower()]

    assert "definition" in validate(azure)["reason"]


@pytest.mark.parametrize(
    ("state", "wanted"),
    [("Creating", "wait"), ("Updating", "wait"), ("Failed", "unusable"), ("Deleting", "unusable")],
)
def test_provisioning_state(state: str, wanted: str) -> None:
    """What is being made or changed is waited for; what failed or goes is not."""
    azure = SmokeAzure()
    azure.add_version(provisioningState=state)
    azure.resources[VERSION_ID.lower()]["properties"]["provisioningState"] = state

    found = validate(azure)

    assert (found["state"], f'"{state}"' in found["reason"]) == (wanted, True)


@pytest.mark.parametrize(
    ("states", "wanted", "said"),
    [
        ({"westeurope": "Replicating"}, "wait", "West Europe 40 %"),
        ({"westeurope": "Unknown"}, "wait", "replication goes on"),
        ({"westeurope": "Failed"}, "unusable", "failed: why"),
        ({"westeurope": "completed"}, "usable", ""),
        ({}, "usable", ""),
    ],
)
def test_replication(states: dict[str, str], wanted: str, said: str) -> None:
    """Only the wanted region's own replication counts; an answer without it is taken as complete."""
    azure = SmokeAzure()
    azure.add_version(publishingProfile=profile("West Europe", "North Europe"), replicationStatus=replication(**states))

    found = validate(azure)

    assert (found["state"], said in found["reason"]) == (wanted, True)


def test_region_that_does_not_have_it() -> None:
    """A region that the version is not kept in is told with those that it is in."""
    azure = SmokeAzure()
    azure.add_version()

    assert validate(azure, "northeurope")["reason"] == "it is not kept in northeurope (but in West Europe)"


def test_without_target_regions() -> None:
    """A version that lists no regions is in its own."""
    azure = SmokeAzure()
    azure.add_version(publishingProfile={}, replicationStatus={})

    assert validate(azure)["state"] == "usable"
    assert "no region at all" in validate(azure, "northeurope")["reason"]


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"osType": "Windows"}, "only Linux"),
        ({"osState": "Specialized"}, "only generalised"),
        ({"features": [{"name": "SecurityType", "value": "ConfidentialVM"}]}, "confidential"),
        ({"features": [{"name": "SecurityType", "value": "TrustedLaunch"}], "hyperVGeneration": "V1"}, "needs V2"),
        ({"purchasePlan": {"name": "plan"}}, "purchase plan"),
    ],
)
def test_definition_that_cannot_be_booted(properties: dict[str, Any], said: str) -> None:
    """A definition that the smoke VM's template cannot serve makes the version unusable, with the reason."""
    azure = SmokeAzure()
    azure.add_version()
    azure.resources[DEFINITION_ID.lower()]["properties"] |= properties

    found = validate(azure)

    assert found["state"] == "unusable"
    assert said in found["reason"]


@pytest.mark.parametrize("value", ["TrustedLaunch", "TrustedLaunchSupported"])
def test_trusted_launch(value: str) -> None:
    """The VM's security type follows the definition's."""
    azure = SmokeAzure()
    azure.add_version()
    azure.resources[DEFINITION_ID.lower()]["properties"]["features"] = [{"name": "SecurityType", "value": value}]

    assert validate(azure)["security_type"] == "TrustedLaunch"
