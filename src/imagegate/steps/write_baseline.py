"""Writes down once which versions of an image definition were visible when the guard began."""

import logging
from collections.abc import Iterable
from datetime import datetime

from imagegate.errors import ResourceConflict
from imagegate.gateway.records import Records
from imagegate.model import ImageVersion, ResourceId
from imagegate.model.baseline import Baseline

_LOG = logging.getLogger(__name__)


def write_baseline(
    records: Records,
    definition_id: ResourceId,
    versions: Iterable[ImageVersion],
    *,
    since: datetime | None,
    now: datetime,
) -> Baseline:
    """The baseline of the definition, written now where there is none; what is there is never changed.

    `since`: when set-up marked the definition; versions that were published later are left out.
    """
    found = records.find_baseline(definition_id)
    if found.etag is not None:
        return found.document
    baseline = Baseline.of(versions, since=since, now=now)
    try:
        records.create_baseline(definition_id, baseline)
    except ResourceConflict:  # another look was quicker
        return records.find_baseline(definition_id).document
    _LOG.warning("baseline of %s: %s versions", "/".join(definition_id.names), len(baseline.entries))
    return baseline
