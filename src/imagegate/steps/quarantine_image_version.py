"""Keeps an image version out of `latest`, and gives it an end."""

from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import VERDICT_TAG, ResourceId


def quarantine_image_version(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Exclude the version everywhere, set its end-of-life date and write the verdict; call again until `done`.

    `job`: `image_version_id`, `verdict`, `end_of_life` (RFC 3339; informational: VMs can still be made of it).
    """
    wish = VersionWish(excluded=True, end_of_life=job["end_of_life"], tags={VERDICT_TAG: job["verdict"]})
    return advance_image_version(cloud, ResourceId.parse(job["image_version_id"]), wish)
