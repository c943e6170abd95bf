"""Lets `latest` resolve again to a version that was promoted, or that was visible when the guard began."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version
from imagegate.gateway.records import Records
from imagegate.model import ImageVersion
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.steps.hide_image_version import GUARD


def show_image_version(
    cloud: Cloud, records: Records, version: ImageVersion, *, reason: str, now: datetime
) -> dict[str, Any]:
    """Send one change that shows the version everywhere; `sent` says that it was accepted.

    Raises:
        ResourceConflict: the record was changed meanwhile.
        ResourceMissing: the version is gone.
    """
    stored = records.find(VersionRecord.of(version))
    if stored.document.standing is Standing.WITHDRAWN:
        return {"done": True, "reason": "it was withdrawn meanwhile"}
    if stored.document.standing is Standing.RECORDED:
        since = stored.document.changed_at or now
        shown = replace(stored.document, by=GUARD, reason=f"Shown: {reason}.", changed_at=since)
        records.write(shown, etag=stored.etag)
    return advance_image_version(cloud, version.id, VersionWish(excluded=False))
