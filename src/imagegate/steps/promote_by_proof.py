"""Let `latest` resolve to a version whose origin is proved: record first, then the version."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from imagegate.errors import ImageGateError, ResourceConflict
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import VersionWish, advance_image_version, read_version, read_versions
from imagegate.gateway.job_tokens import KEY_ID
from imagegate.gateway.records import Records, Stored
from imagegate.model import VERDICT_TAG, ImageVersion, ResourceId, Verdict, parse_time
from imagegate.model.definition_pointer import DefinitionPointer
from imagegate.model.latest_version import LatestVersion, promotion_sentence
from imagegate.model.origin_statement import OriginStatement
from imagegate.model.version_record import Standing, VersionRecord
from imagegate.steps.check_proof import MADE_AGAIN, Verifier, made_again
from imagegate.steps.hide_image_version import NOT_HIDDEN

BY_PROOF = "proof of origin"
_REASON = "It booted and served, and its origin is proved."


def promote_by_proof(cloud: Cloud, verifier: Verifier, job: Mapping[str, Any]) -> dict[str, Any]:
    """Take one more step towards `latest`; call again until `done`.

    `job`: `image_version_id`, `published_at` (RFC 3339, of the version that was verified), `verdict`, `claims`. The
    record is written before the version is touched, and the definition's pointer orders promotions. `done` comes with
    `promoted`, and with the `reason` where it is not, or with `latest`, read back by region, and a sentence about it.
    """
    version_id = ResourceId.parse(job["image_version_id"])
    version = read_version(cloud, version_id)
    statement = OriginStatement.of_version(version) if version else None
    if version is None or statement is None:
        return _ended("the version is gone")
    records = Records(Container(cloud, verifier.records_container))
    if made_again(statement, job):
        return _take_back(cloud, records, version, job)
    stored = records.find(VersionRecord.of(version))
    if withdrawn := _why_withdrawn(stored.document):
        return _ended(withdrawn)
    try:
        if stored.document.standing is Standing.RECORDED or version.hidden_in:
            refused, stored = _begin(records, stored, job)
            if refused:
                return _ended(refused)
        wish = VersionWish(excluded=False, end_of_life="", tags={VERDICT_TAG: job["verdict"], **NOT_HIDDEN})
        answer = advance_image_version(cloud, version_id, wish)
        if not answer["done"]:
            return answer
        if stored.document.standing is Standing.PROMOTING:
            promoted = stored.document.changed(Standing.PROMOTED, by=BY_PROOF, reason=_REASON, now=datetime.now(UTC))
            records.write(promoted, etag=stored.etag)
    except ResourceConflict as conflict:
        return {"done": False, "reason": f"another decision was quicker: {conflict.message.splitlines()[0]}"}
    return {"done": True, "promoted": True, "reason": "", **read_back(cloud, version_id)}


def read_back(cloud: Cloud, version_id: ResourceId) -> dict[str, Any]:
    """`latest` by region after a promotion, and the sentence `promotion`; a fault here takes no promotion back."""
    try:
        versions = read_versions(cloud, version_id.parent)
    except ImageGateError as error:
        why = error.message.splitlines()[0].rstrip(".")
        return {"latest": {}, "promotion": f"Promoted; what latest resolves to could not be read: {why}."}
    latest = LatestVersion.of(versions)
    version = next((one for one in versions if one.id == version_id), None)
    sentence = promotion_sentence(version, latest) if version else "Promoted, and gone since."
    return {"latest": dict(latest.by_region), "promotion": sentence}


def _take_back(cloud: Cloud, records: Records, version: ImageVersion, job: Mapping[str, Any]) -> dict[str, Any]:
    """Hide a version that replaced the verified one, where the promotion of that one has made it visible."""
    verified = parse_time(job["published_at"])
    begun = records.find(VersionRecord.at(job["image_version_id"], verified)) if verified else None
    promoted = records.find(VersionRecord.of(version)).document.standing is Standing.PROMOTED
    if begun is None or begun.document.standing is not Standing.PROMOTING or promoted:
        return _ended(MADE_AGAIN)
    answer = advance_image_version(cloud, version.id, VersionWish(excluded=True))
    if not answer["done"]:
        return answer
    withdrawn = begun.document.changed(Standing.WITHDRAWN, by=BY_PROOF, reason=MADE_AGAIN, now=datetime.now(UTC))
    records.write(withdrawn, etag=begun.etag)
    return _ended(MADE_AGAIN)


def _why_withdrawn(record: VersionRecord) -> str | None:
    if record.standing is Standing.WITHDRAWN:
        return f"it was withdrawn by {record.by}: {record.reason}"
    return "a later verification of it failed" if record.verdict == Verdict.FAILED else None


def _begin(
    records: Records, stored: Stored[VersionRecord], job: Mapping[str, Any]
) -> tuple[str, Stored[VersionRecord]]:
    """Take the pointer of the definition, then write that the promotion begins; a reason where it may not.

    What was hidden since it was promoted, or broke off, has to be the newest again.
    """
    mine = DefinitionPointer.of_claims(job["image_version_id"], job["claims"])
    pointer = records.find_pointer(stored.document)
    if older := mine.why_older(pointer.document):
        return older, stored
    if pointer.document != mine:
        records.write_pointer(stored.document, mine, etag=pointer.etag)
    if stored.document.standing is Standing.PROMOTING:
        return "", stored
    claims = dict(job["claims"])
    key_id = claims.pop(KEY_ID, "")
    begun = replace(stored.document, claims=claims, key_id=key_id, verdict=job["verdict"])
    begun = begun.changed(Standing.PROMOTING, by=BY_PROOF, reason=_REASON, now=datetime.now(UTC))
    return "", Stored(document=begun, etag=records.write(begun, etag=stored.etag))


def _ended(reason: str) -> dict[str, Any]:
    return {"done": True, "promoted": False, "reason": reason}
