"""Keeps an image version out of `latest`, and gives it an end."""

from datetime import datetime, timedelta
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.model import VERDICT_TAG, ResourceId
from imagegate.steps.remember_verdict import remember_verdict

_END_OF_LIFE = timedelta(days=30)


def end_of_life(now: datetime) -> str:
    """The date that a version gets when it is quarantined, RFC 3339."""
    return f"{now + _END_OF_LIFE:%Y-%m-%d}T00:00:00Z"


def quarantine_image_version(cloud: Cloud, job: dict[str, Any]) -> dict[str, Any]:
    """Write the record, then exclude the version everywhere and set its end of life; call again until `done`.

    `job`: `image_version_id`, `verdict`, `end_of_life` (RFC 3339; informational: VMs can still be made of it), and the
    rest of what `remember_verdict` takes.
    """
    wish = VersionWish(excluded=True, end_of_life=job["end_of_life"], tags={VERDICT_TAG: job["verdict"]})
    remembered = remember_verdict(cloud, job)
    return (
        advance_image_version(cloud, ResourceId.parse(job["image_version_id"]), wish)
        if remembered["done"]
        else remembered
    )
