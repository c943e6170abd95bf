"""Scripts: fetched at submission with the template identity's rights, checked, kept."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cloud_bench import RG, Bench
from image_world import NEWEST, TEMPLATE, make_definition, run, template_body
from localazure.blobs.contents import put_blob
from localazure.blobs.links import mint_read_link

ACCOUNT = "~/providers/Microsoft.Storage/storageAccounts/scriptstore"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/scripts"
BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
SCRIPT = b"#!/bin/bash\necho hello\n"
URL = "https://localhost:2/scriptstore/scripts/setup.sh"


@pytest.fixture
def stored(bench: Bench) -> Bench:
    """A cloud with a definition and a private container that holds `setup.sh`."""
    make_definition(bench)
    account = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    bench.settled("PUT", ACCOUNT, account, api_version="2023-05-01")
    bench.settled("PUT", CONTAINER, {"properties": {}}, api_version="2023-05-01")
    put_blob(bench.cloud, "scriptstore", "scripts", "setup.sh", SCRIPT)
    return bench


def submit(bench: Bench, *, url: str = URL, checksum: str | None = None, reader: bool = True) -> dict[str, object]:
    """Submit a template with one script."""
    identity = bench.identity("builder")
    if reader:
        principal = bench.body(identity)["properties"]["principalId"]
        bench.grant(principal, BLOB_DATA_READER, CONTAINER.replace("~", RG))
    step = {"type": "Shell", "name": "setup", "scriptUri": url}
    if checksum is not None:
        step["sha256Checksum"] = checksum
    return bench.settled("PUT", TEMPLATE, template_body(identity, customize=[step]), api_version=NEWEST)


def provisioning_error(bench: Bench) -> dict[str, str]:
    """Why a submission failed."""
    return dict(bench.body(TEMPLATE, api_version=NEWEST)["properties"]["provisioningError"])


def test_blob_is_fetched_and_its_checksum_written(stored: Bench) -> None:
    """A private blob is fetched by role assignment, and the template shows its SHA-256."""
    assert submit(stored)["status"] == "Succeeded"
    [step] = stored.body(TEMPLATE, api_version=NEWEST)["properties"]["customize"]
    assert step["sha256Checksum"] == hashlib.sha256(SCRIPT).hexdigest()


def test_a_later_change_is_not_picked_up(stored: Bench) -> None:
    """A run uses the script as it was at submission."""
    submit(stored)
    put_blob(stored.cloud, "scriptstore", "scripts", "setup.sh", b"changed")
    assert run(stored)["status"] == "Succeeded"
    assert stored.engine.builds[0].customize[0].content == SCRIPT


def test_without_the_data_role_the_submission_fails(stored: Bench) -> None:
    """Owner of the group is not enough: blobs need a data action, and the sentence names the URL."""
    assert submit(stored, reader=False)["status"] == "Failed"
    assert provisioning_error(stored)["message"].startswith(f"Not authorized to access the resource: {URL}. ")


def test_a_signed_link_needs_no_role(stored: Bench) -> None:
    """A URL with a shared access signature is fetched as it stands."""
    link = mint_read_link(stored.cloud, "scriptstore", "scripts", "setup.sh")
    assert submit(stored, url=link, reader=False)["status"] == "Succeeded"


def test_wrong_checksum(stored: Bench) -> None:
    """A script that is not the one of the checksum is refused."""
    assert submit(stored, checksum="0" * 64)["status"] == "Failed"
    assert "is not the sha256Checksum of the template" in provisioning_error(stored)["message"]


def test_missing_blob(stored: Bench) -> None:
    """A blob that is not there ends as a failed download."""
    submit(stored, url=f"{URL}x")
    error = provisioning_error(stored)
    assert error["provisioningErrorCode"] == "NoCustomizerScript"
    assert error["message"].startswith(f"Downloading external file ({URL}x) to local file (0.customizer.fp) [attempt ")


class _Script(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Serve the script at /setup.sh."""
        self.send_response(200 if self.path == "/setup.sh" else 404)
        self.end_headers()
        self.wfile.write(SCRIPT if self.path == "/setup.sh" else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


@pytest.fixture
def host() -> Iterator[str]:
    """A web server that is not this cloud's storage."""
    with HTTPServer(("127.0.0.1", 0), _Script) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_other_hosts_are_fetched_over_http(stored: Bench, host: str) -> None:
    """A script elsewhere is downloaded; one that is not there fails the submission."""
    assert submit(stored, url=f"{host}/setup.sh")["status"] == "Succeeded"
    stored.settled("DELETE", TEMPLATE, api_version=NEWEST)
    assert submit(stored, url=f"{host}/absent.sh")["status"] == "Failed"
    assert "404" in provisioning_error(stored)["message"]
