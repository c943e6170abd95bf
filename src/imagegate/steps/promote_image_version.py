"""Lets `latest` resolve to an image version."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import VERDICT_TAG, ResourceId


def promote_image_version(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Take the exclusion and any end-of-life date away and write the verdict; call again until `done`.

    `job`: `image_version_id`, `verdict`. `done` means: read back, in every region. Flags and verdict go in one write,
    since each write is an event to those who watch the version.
    """
    wish = VersionWish(excluded=False, end_of_life="", tags={VERDICT_TAG: job["verdict"]})
    return advance_image_version(cloud, ResourceId.parse(job["image_version_id"]), wish)
