"""Promotion: in every region, read back, in one write."""

from typing import Any

import pytest

from fake_wire import Answer
from imagegate.errors import ResourceMissing, ServiceRefused
from imagegate.steps.promote_image_version import promote_image_version
from smoke_azure import VERSION_ID, SmokeAzure

JOB = {"image_version_id": VERSION_ID, "verdict": "passed"}


def profile_of(azure: SmokeAzure) -> dict[str, Any]:
    """The version's publishing profile."""
    found: dict[str, Any] = azure.resources[VERSION_ID.lower()]["properties"]["publishingProfile"]
    return found


def test_promoted() -> None:
    """One write takes away global and regional flags and any end of life, and adds the verdict; regions stay."""
    azure = SmokeAzure()
    azure.add_version(tags={"imagegate-ref": "refs/heads/main"})
    profile_of(azure)["endOfLifeDate"] = "2026-12-21T00:00:00+00:00"
    cloud = azure.cloud()

    answers = [promote_image_version(cloud, JOB)["done"] for _ in range(3)]

    assert answers == [False, False, True]
    assert azure.count("PATCH", "/versions/") == 1
    profile = profile_of(azure)
    assert (profile["excludeFromLatest"], profile["endOfLifeDate"]) == (False, None)
    assert profile["targetRegions"] == [{"name": "West Europe", "regionalReplicaCount": 1, "excludeFromLatest": False}]
    tags = azure.resources[VERSION_ID.lower()]["tags"]
    assert tags == {"imagegate-ref": "refs/heads/main", "imagegate-verdict": "passed"}


def test_promoted_already() -> None:
    """A version that is as wished gets no write, and so no event."""
    azure = SmokeAzure()
    azure.add_version(tags={"imagegate-verdict": "passed"}, publishingProfile={"targetRegions": [{"name": "a"}]})

    assert promote_image_version(azure.cloud(), JOB)["done"] is True
    assert azure.count("PATCH", "/") == 0


def test_flag_absent_globally() -> None:
    """A region's own flag hides the version, though the global one is absent."""
    azure = SmokeAzure()
    hidden = {"targetRegions": [{"name": "a"}, {"name": "b", "excludeFromLatest": True}]}
    azure.add_version(tags={"imagegate-verdict": "passed"}, publishingProfile=hidden)

    assert promote_image_version(azure.cloud(), JOB)["done"] is False
    assert [region["excludeFromLatest"] for region in profile_of(azure)["targetRegions"]] == [False, False]


def test_conflict_is_waited_for() -> None:
    """Another write that goes on is waited for."""
    azure = SmokeAzure()
    azure.add_version()
    conflict = Answer(status=409, body={"error": {"code": "Conflict", "message": "another operation"}})
    azure.refusals["PATCH", "/versions/"] = [conflict]
    cloud = azure.cloud()

    assert "another operation" in promote_image_version(cloud, JOB)["reason"]
    assert promote_image_version(cloud, JOB)["reason"] == "the change was accepted"


def test_gone() -> None:
    """A version that is gone cannot become latest."""
    with pytest.raises(ResourceMissing):
        promote_image_version(SmokeAzure().cloud(), JOB)


def test_failed_version() -> None:
    """A version whose last change failed is not written to."""
    azure = SmokeAzure()
    azure.add_version(provisioningState="Failed")

    with pytest.raises(ServiceRefused, match="Failed"):
        promote_image_version(azure.cloud(), JOB)


def test_body_sends_source_or_images() -> None:
    """The service sends source and disk images, and refuses to take both: only the source goes back."""
    azure = SmokeAzure()
    azure.add_version()
    promote_image_version(azure.cloud(), JOB)

    sent = azure.bodies[-1]
    assert sent["properties"]["storageProfile"] == {"source": {"id": "/subscriptions/x/images/y"}}
    assert "publishedDate" not in sent["properties"]["publishingProfile"]
