"""Conditional headers of the blob service."""

from __future__ import annotations

import pytest

from localazure.http.blob_service.conditions import check_read, check_write
from localazure.http.blob_service.exchange import BlobError
from localazure.store import Blob

_EARLIER, _WRITTEN, _LATER = (f"Thu, 0{day} Jan 2026 00:00:00 GMT" for day in (1, 8, 9))
_BLOB = Blob(account="a", container="c", name="n", properties={"etag": '"0x1"', "last_modified": _WRITTEN}, content=b"")


@pytest.mark.parametrize(
    ("headers", "blob", "status"),
    [
        ({}, _BLOB, 0),
        ({"if-none-match": "*"}, None, 0),
        ({"if-none-match": "*"}, _BLOB, 409),
        ({"if-match": '"0x1"'}, _BLOB, 0),
        ({"if-match": "*"}, _BLOB, 0),
        ({"if-match": '"0x2"'}, _BLOB, 412),
        ({"if-match": "*"}, None, 412),
        ({"if-none-match": "0x1"}, _BLOB, 412),
        ({"if-unmodified-since": _EARLIER}, _BLOB, 412),
        ({"if-unmodified-since": _LATER}, _BLOB, 0),
        ({"if-modified-since": _LATER}, _BLOB, 412),
        ({"if-modified-since": "yesterday"}, _BLOB, 400),
    ],
)
def test_writes_go_on_or_not(headers: dict[str, str], blob: Blob | None, status: int) -> None:
    """409 for what must not be there yet, 412 for what is not as it should be."""
    assert _status(lambda: check_write(headers, blob)) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 0),
        ({"if-none-match": '"0x1"'}, 304),
        ({"if-none-match": '"0x2"'}, 0),
        ({"if-match": '"0x2"'}, 412),
        ({"if-modified-since": _WRITTEN}, 304),
        ({"if-modified-since": _EARLIER}, 0),
        ({"if-unmodified-since": _EARLIER}, 412),
    ],
)
def test_reads_go_on_or_not(headers: dict[str, str], status: int) -> None:
    """304 for what the reader has already."""
    assert _status(lambda: check_read(headers, _BLOB)) == status


def _status(check: object) -> int:
    assert callable(check)
    try:
        check()
    except BlobError as error:
        return error.status
    return 0
