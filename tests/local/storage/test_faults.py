"""Faults that meet calls of the blob service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.storage.blob import BlobServiceClient

from localazure.assembly import LocalCloud

type Call = Callable[..., requests.Response]

_ACCOUNT = "~/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/scripts01"


@pytest.fixture
def service(
    settled: Call, call: Call, monkeypatch: pytest.MonkeyPatch, cloud_server: LocalCloud
) -> Iterator[BlobServiceClient]:
    """A client with the account's key that does not try again."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud_server.ca_bundle))
    settled("PUT", _ACCOUNT, {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}})
    url = str(call("GET", _ACCOUNT).json()["properties"]["primaryEndpoints"]["blob"])
    key = str(call("POST", _ACCOUNT + "/listKeys").json()["keys"][0]["value"])
    credential = {"account_name": "scripts01", "account_key": key}
    with BlobServiceClient(url, credential=credential, retry_total=0) as client:
        yield client


def test_an_upload_is_refused_in_the_services_own_form(service: BlobServiceClient, call: Call) -> None:
    """503 in XML, with the code in its header, for the calls of that depth and method alone."""
    fault = {"kind": "unavailable", "operation": "Blob_Put", "path": "/logs/", "code": "ServerBusy"}
    call("POST", "/_localazure/faults", fault)
    container = service.create_container("logs")
    with pytest.raises(HttpResponseError) as refused:
        container.upload_blob("a.sh", b"true")
    assert (refused.value.status_code, refused.value.error_code) == (503, "ServerBusy")  # type: ignore[attr-defined] # set by the storage package
    container.upload_blob("a.sh", b"true")
    assert container.download_blob("a.sh").readall() == b"true"


def test_an_upload_may_take_effect_without_an_answer(service: BlobServiceClient, call: Call) -> None:
    """The connection ends, and the blob is there."""
    container = service.create_container("logs")
    fault = {"kind": "connection-reset", "operation": "Blob_Put", "moment": "after"}
    assert call("POST", "/_localazure/faults", fault).status_code == 204
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        container.upload_blob("a.sh", b"true")
    assert [blob.name for blob in container.list_blobs()] == ["a.sh"]
