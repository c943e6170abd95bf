"""Signatures under an account's key."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from azure.storage.blob import (
    AccountSasPermissions,
    BlobSasPermissions,
    ResourceTypes,
    generate_account_sas,
    generate_blob_sas,
)
from hypothesis import given
from hypothesis import strategies as st

from localazure.blobs.signatures import account_text, matches, service_text, sign

_KEY = base64.b64encode(b"k" * 64).decode()
_EXPIRY = datetime(2030, 1, 1, tzinfo=UTC)
_NAME = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1).filter(
    lambda text: not text.startswith("/")
)


@given(_NAME)
def test_service_signatures_are_the_storage_packages(blob: str) -> None:
    """For any blob's name, the package's signature is ours."""
    token = generate_blob_sas(
        "account", "container", blob, account_key=_KEY, permission=BlobSasPermissions(read=True), expiry=_EXPIRY
    )
    query = dict(parse_qsl(token))
    assert matches(_KEY, service_text(query, "account", "container", blob), query["sig"])
    assert not matches(_KEY, service_text(query, "account", "container", blob + "x"), query["sig"])


@pytest.mark.parametrize("start", [None, _EXPIRY - timedelta(days=1)])
def test_account_signatures_are_the_storage_packages(start: datetime | None) -> None:
    """With and without a start."""
    token = generate_account_sas(
        "account",
        account_key=_KEY,
        resource_types=ResourceTypes(container=True),
        permission=AccountSasPermissions(list=True),
        expiry=_EXPIRY,
        start=start,
        services="b",
    )
    query = dict(parse_qsl(token))
    assert matches(_KEY, account_text(query, "account"), query["sig"])


def test_a_signature_is_the_texts_alone() -> None:
    """One letter more is another signature."""
    assert sign(_KEY, "text") != sign(_KEY, "text ")
