"""Writes a verdict on an image version, and leaves the rest as it is."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import VERDICT_TAG, ResourceId
from imagegate.steps.remember_verdict import remember_verdict


def record_verdict(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Set the verdict's tag and write the record; call again until `done`.

    `job`: `image_version_id`, `verdict`, and the rest of what `remember_verdict` takes.
    """
    wish = VersionWish(tags={VERDICT_TAG: job["verdict"]})
    answer = advance_image_version(cloud, ResourceId.parse(job["image_version_id"]), wish)
    return remember_verdict(cloud, job) if answer["done"] else answer
