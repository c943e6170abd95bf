"""A verdict as a tag, and nothing else."""

from imagegate.steps.record_verdict import record_verdict
from smoke_azure import VERSION_ID, SmokeAzure

JOB = {"image_version_id": VERSION_ID, "verdict": "inconclusive"}


def test_recorded() -> None:
    """The tag is added, the others and the flags stay, and twice is once."""
    azure = SmokeAzure()
    azure.add_version(tags={"team": "web"})
    before = dict(azure.resources[VERSION_ID.lower()]["properties"]["publishingProfile"])
    cloud = azure.cloud()

    answers = [record_verdict(cloud, JOB)["done"] for _ in range(4)]

    version = azure.resources[VERSION_ID.lower()]
    assert answers == [False, False, True, True]
    assert version["tags"] == {"team": "web", "imagegate-verdict": "inconclusive"}
    assert version["properties"]["publishingProfile"] == before
    assert azure.count("PATCH", "/versions/") == 1
