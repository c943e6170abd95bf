"""Conditional headers: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from localazure.http.blob_service.exchange import BlobError
from localazure.store import Blob


def check_write(headers: Mapping[str, str], blob: Blob | None) -> None:
    """Raise 409 BlobAlreadyExists or 412 ConditionNotMet when a write may not go on."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if blob is not None and none_match == "*":
        raise BlobError(409, "BlobAlreadyExists", "The specified blob already exists.")
    if match is not None and (blob is None or not _names(match, blob)):
        raise _not_met()
    if blob is not None:
        if none_match is not None and _names(none_match, blob):
            raise _not_met()
        _check_times(headers, blob, BlobError(412, "ConditionNotMet", _MESSAGE))


def check_read(headers: Mapping[str, str], blob: Blob) -> None:
    """Raise 304 or 412 when a read need not, or may not, go on."""
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if match is not None and not _names(match, blob):
        raise _not_met()
    if none_match is not None and _names(none_match, blob):
        raise BlobError(304, "ConditionNotMet", _MESSAGE)
    _check_times(headers, blob, BlobError(304, "ConditionNotMet", _MESSAGE))


_MESSAGE = "The condition specified using HTTP conditional header(s) is not met."


def _check_times(headers: Mapping[str, str], blob: Blob, unmodified: BlobError) -> None:
    written = parsedate_to_datetime(str(blob.properties["last_modified"]))
    since, until = _moment(headers.get("if-modified-since")), _moment(headers.get("if-unmodified-since"))
    if since is not None and written <= since:
        raise unmodified
    if until is not None and written > until:
        raise _not_met()


def _names(tag: str, blob: Blob) -> bool:
    return tag == "*" or tag.strip('"') == str(blob.properties["etag"]).strip('"')


def _moment(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError as error:
        raise BlobError(400, "InvalidHeaderValue", f"'{text}' is not a date of HTTP.") from error


def _not_met() -> BlobError:
    return BlobError(412, "ConditionNotMet", _MESSAGE)
