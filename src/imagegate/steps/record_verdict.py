"""Writes a verdict on an image version, and leaves the rest as it is."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import VERDICT_TAG, ResourceId


def record_verdict(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Set the verdict's tag; call again until `done`. `job`: `image_version_id`, `verdict`."""
    wish = VersionWish(tags={VERDICT_TAG: job["verdict"]})
    return advance_image_version(cloud, ResourceId.parse(job["image_version_id"]), wish)
