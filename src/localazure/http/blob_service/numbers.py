"""Numbers in queries and headers of the blob service."""

from __future__ import annotations

from localazure.http.blob_service.exchange import BlobError


def number(text: str, name: str) -> int:
    """A number that a client gave. Raises 400 InvalidQueryParameterValue."""
    if not (text.isascii() and text.isdecimal()):
        message = f"Value for one of the query parameters specified in the request URI is invalid: {name} '{text}'."
        raise BlobError(400, "InvalidQueryParameterValue", message)
    return int(text)
