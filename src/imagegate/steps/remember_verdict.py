"""Writes what a verification found out into the version's record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from imagegate.errors import ResourceConflict
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.records import Records
from imagegate.model import Verdict, parse_time
from imagegate.model.verification import innermost_line
from imagegate.model.version_record import Standing, VersionRecord

BY_VERIFICATION = "verification"


def remember_verdict(cloud: Cloud, job: Mapping[str, Any]) -> dict[str, Any]:
    """Write the record once; call again until `done`.

    `job`: `records_container` (none: there is nothing to write), `image_version_id`, `published_at` of the version that
    was verified, `verdict`, `reason`, `teardown`, `may_promote`.
    """
    published = parse_time(job.get("published_at"))
    if not job.get("records_container") or published is None:
        return {"done": True, "reason": ""}
    records = Records(Container(cloud, job["records_container"]))
    stored = records.find(VersionRecord.at(job["image_version_id"], published))
    found = _after(stored.document, job)
    if found != stored.document or stored.etag is None:
        try:
            records.write(found, etag=stored.etag)
        except ResourceConflict as conflict:
            return {"done": False, "reason": f"another writer was quicker: {innermost_line(conflict.message)}"}
    return {"done": True, "reason": ""}


def _after(record: VersionRecord, job: Mapping[str, Any]) -> VersionRecord:
    """The record after the verification.

    One that learnt nothing takes no verdict back. A decision that was made stands, but for a version that failed.
    """
    verdict = Verdict(job["verdict"])
    if verdict is Verdict.INCONCLUSIVE and record.verdict in {Verdict.PASSED, Verdict.FAILED}:
        return record
    if _says(record, job):
        return record
    found = replace(
        record, verdict=str(verdict), teardown=job.get("teardown", ""), may_promote=bool(job.get("may_promote"))
    )
    if record.standing is Standing.RECORDED:
        standing = Standing.RECORDED
    elif verdict is Verdict.FAILED:
        standing = Standing.WITHDRAWN
    else:
        return found
    return found.changed(standing, by=BY_VERIFICATION, reason=job.get("reason", ""), now=datetime.now(UTC))


def _says(record: VersionRecord, job: Mapping[str, Any]) -> bool:
    """Whether the record has it all already: another write would only move its time."""
    wanted = (job["verdict"], job.get("teardown", ""), bool(job.get("may_promote")))
    withdrawn = record.standing is Standing.WITHDRAWN or job["verdict"] != Verdict.FAILED
    known = (record.verdict, record.teardown, record.may_promote) == wanted
    return known and record.changed_at is not None and (withdrawn or record.standing is Standing.RECORDED)
