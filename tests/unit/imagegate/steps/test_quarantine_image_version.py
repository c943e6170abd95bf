"""Quarantine: out of latest everywhere, with an end."""

from imagegate.steps.quarantine_image_version import quarantine_image_version
from smoke_azure import VERSION_ID, SmokeAzure

JOB = {"image_version_id": VERSION_ID, "verdict": "failed", "end_of_life": "2026-12-21T00:00:00Z"}


def test_quarantined() -> None:
    """A version that was part of latest is taken out of it, in every region, with its end and its verdict."""
    azure = SmokeAzure()
    azure.add_version(publishingProfile={"targetRegions": [{"name": "a"}, {"name": "b"}]})
    cloud = azure.cloud()

    answers = [quarantine_image_version(cloud, JOB)["done"] for _ in range(3)]

    assert answers == [False, False, True]
    version = azure.resources[VERSION_ID.lower()]
    profile = version["properties"]["publishingProfile"]
    assert profile["excludeFromLatest"] is True
    assert [region["excludeFromLatest"] for region in profile["targetRegions"]] == [True, True]
    assert profile["endOfLifeDate"] == JOB["end_of_life"]
    assert version["tags"]["imagegate-verdict"] == "failed"
    assert azure.count("PATCH", "/versions/") == 1


def test_excluded_globally_is_excluded() -> None:
    """The global flag alone keeps a version out; with the same end in another form there is nothing to write."""
    azure = SmokeAzure()
    profile = {
        "excludeFromLatest": True,
        "targetRegions": [{"name": "a"}],
        "endOfLifeDate": "2026-12-21T00:00:00.0000000+00:00",
    }
    azure.add_version(tags={"imagegate-verdict": "failed"}, publishingProfile=profile)

    assert quarantine_image_version(azure.cloud(), JOB)["done"] is True
    assert azure.count("PATCH", "/") == 0
