"""A build picks its side by its event, and is given no more than that side's rights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imagegate.model import ResourceId
from job_services import JobServices
from sides_world import MAIN, PULL_REQUEST, REPOSITORY, Installation, template_body

_JOB = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_RUN_ID": "7", "GITHUB_SHA": "c" * 40}
_ON_MAIN = _JOB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}
_ON_PULL_REQUEST = _JOB | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/5/merge"}


def _group_of(resource_id: str) -> str:
    return ResourceId.parse(resource_id).resource_group.lower()


@pytest.mark.parametrize(
    ("output", "subject", "event", "group"),
    [
        ("ciClientId", MAIN, _ON_MAIN, "rg-images"),
        ("ciPullRequestsClientId", PULL_REQUEST, _ON_PULL_REQUEST, "rg-images-pull-requests"),
    ],
    ids=["main", "pull request"],
)
def test_each_side_builds_with_its_own_identity(
    two_sides: Installation, output: str, subject: str, event: dict[str, str], group: str
) -> None:
    """Template, builder, scripts and proof are the side's own; the version goes to the one gallery, hidden."""
    with JobServices(host="127.0.0.1") as services:
        job = two_sides.job(output, subject) | event | services.environment()
        exit_code, document = two_sides.run("build", environment=job)

    assert exit_code == 0, document
    assert (document["signed"], document["unsigned"]) == ([document["image_version_id"]], {})
    assert _group_of(document["template_id"]) == group
    assert _group_of(document["image_version_id"]) == "rg-images"
    assert document["staging_resource_group"] in {f"{group}-staging-1", f"{group}-staging-2"}
    assert "Customizing" in Path(document["customization_log"]).read_text()
    version = two_sides.connect().send("GET", document["image_version_id"], api_version="2023-07-03")
    assert version["properties"]["publishingProfile"]["excludeFromLatest"] is True


def test_a_pull_request_without_a_side_builds_on_main(installed: Callable[[], Installation]) -> None:
    """Where `setup` made one side only, it is the side of every event, and the owner may build there."""
    installation = installed()
    installation.set_up()

    exit_code, document = installation.run("build", environment=installation.cloud.environment | _ON_PULL_REQUEST)

    assert exit_code == 0, document
    assert _group_of(document["template_id"]) == "rg-images"


def test_the_identity_of_main_stays_on_main(two_sides: Installation) -> None:
    """An identity that may not read the other side is not of it, whatever the event is."""
    job = two_sides.job("ciClientId", MAIN) | _ON_PULL_REQUEST

    exit_code, document = two_sides.run("build", environment=job)

    assert exit_code == 0, document
    assert _group_of(document["template_id"]) == "rg-images"


@pytest.mark.parametrize(("output", "wanted"), [("ciVerifyClientId", 0), ("", 0), ("ciPullRequestsClientId", 9)])
def test_who_sweeps(two_sides: Installation, output: str, wanted: int) -> None:
    """The job that verifies sweeps main's side, the owner both; a pull request's job may not."""
    subject = PULL_REQUEST if "PullRequests" in output else MAIN

    exit_code, document = two_sides.run("sweep", environment=two_sides.job(output, subject) if output else None)

    assert exit_code == wanted, document


def test_the_owner_sweeps_both_sides(two_sides: Installation) -> None:
    """A template of a pull request that has expired goes with those of main."""
    owner = two_sides.connect()
    path = (
        f"/subscriptions/{owner.subscription_id}/resourceGroups/rg-images-pull-requests"
        "/providers/Microsoft.VirtualMachineImages/imageTemplates/expired"
    )
    tags = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2020-01-01T00:00:00Z"}
    body = template_body(path.partition("/providers/")[0]) | {"tags": tags}
    owner.send("PUT", path, api_version="2025-10-01", body=body)

    exit_code, document = two_sides.run("sweep")

    assert (exit_code, [name.rsplit("/", 1)[-1] for name in document["removed"]]) == (0, ["expired"])
