"""Takes an image version without a recorded promotion out of `latest`: record first, then the version."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.gateway.records import Records
from imagegate.model import TAG_VALUE_LIMIT, ImageVersion
from imagegate.model.version_record import Standing, VersionRecord

GUARD = "the guard"
HIDDEN_TAG, PROMOTE_TAG = "imagegate-hidden", "imagegate-promote"
NOT_HIDDEN: dict[str, str | None] = {HIDDEN_TAG: None, PROMOTE_TAG: None}
"""What a promotion takes away."""

_MOST_TAGS = 50
"""Tags of a resource. Source: Azure Resource Manager, tag limits."""


def hide_image_version(
    cloud: Cloud,
    records: Records,
    version: ImageVersion,
    *,
    reason: str,
    regions: frozenset[str],
    now: datetime,
) -> dict[str, Any]:
    """Send one change that hides the version, everywhere or only in `regions`; `sent` says that it was accepted.

    The version stays open for a promotion: only what a person withdrew is refused one.

    Raises:
        ResourceConflict: the record was changed meanwhile, perhaps by a promotion.
        ResourceMissing: the version is gone.
    """
    stored = records.find(VersionRecord.of(version))
    standing = stored.document.standing
    if standing in {Standing.PROMOTING, Standing.PROMOTED}:
        return {"done": True, "reason": "it was promoted meanwhile"}
    if standing is Standing.RECORDED:
        # Since when there is a verdict decides how long a proof may come late: that stays.
        since = stored.document.changed_at or now
        hidden = replace(stored.document, by=GUARD, reason=f"Hidden: {reason}.", changed_at=since)
        records.write(hidden, etag=stored.etag)
    wish = VersionWish(excluded=True) if not regions else VersionWish(excluded_in=regions)
    return advance_image_version(cloud, version.id, replace(wish, tags=_tags(version, reason, now)))


def _tags(version: ImageVersion, reason: str, now: datetime) -> dict[str, str]:
    """Why it is hidden and how it is published; none where the version has no room, which must not keep it visible."""
    command = f"imagegate promote {version.id} --reason '...'"
    if len(command) > TAG_VALUE_LIMIT:
        command = "imagegate promote ID --reason '...'"
    tags = {HIDDEN_TAG: f"{now:%Y-%m-%d %H:%M} UTC: {reason}"[:TAG_VALUE_LIMIT], PROMOTE_TAG: command}
    names = {name.lower() for name in (*version.tags, *tags)}
    return tags if len(names) <= _MOST_TAGS else {}
