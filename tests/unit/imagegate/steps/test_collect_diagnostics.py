"""The serial log and the instance view, and the secret address between them."""

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fake_wire import SUBSCRIPTION
from imagegate.model.smoke_vm import SmokeVm
from imagegate.steps.collect_diagnostics import collect_diagnostics
from smoke_azure import SmokeAzure

VM = SmokeVm(
    name="smoke-1",
    subscription_id=SUBSCRIPTION,
    resource_group="rg-images-smoke",
    region="westeurope",
    vm_size="Small",
)


@pytest.fixture
def blobs() -> Iterator[str]:
    """A blob server: `/log` has a log, all else is missing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/log")
            self.send_response(200 if found else 404)
            self.end_headers()
            if found:
                self.wfile.write(b"booting\n\x1b[31mDebian GNU/Linux 12 web ttyS0\n\nweb login: ")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def azure_with(address: str) -> SmokeAzure:
    """A smoke VM whose serial log lies there."""
    azure = SmokeAzure(serial_log_address=address)
    view = {
        "statuses": [{"code": "PowerState/running", "displayStatus": "VM running"}],
        "vmAgent": {"statuses": [{"displayStatus": "Ready"}]},
    }
    azure.add(VM.id.text, provisioningState="Succeeded", instanceView=view)
    return azure


def test_saved(blobs: str, tmp_path: Path) -> None:
    """The log is a file of its own, for its owner alone; its end is printable text; the view is told in words."""
    azure = azure_with(f"{blobs}/log?sig=SECRET")

    found = collect_diagnostics(azure.cloud(), {"vm": VM.to_json(), "folder": str(tmp_path / "logs")})

    file = Path(found["serial_log"])
    assert b"login:" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert found["serial_log_tail"].splitlines()[1] == " [31mDebian GNU/Linux 12 web ttyS0"
    assert (found["power_state"], found["agent"], found["notes"]) == ("running", "Ready", [])


def test_twice(blobs: str, tmp_path: Path) -> None:
    """Called twice there is one file."""
    cloud = azure_with(f"{blobs}/log?sig=SECRET").cloud()
    job = {"vm": VM.to_json(), "folder": str(tmp_path)}

    assert collect_diagnostics(cloud, job) == collect_diagnostics(cloud, job)
    assert len(list(tmp_path.iterdir())) == 1


def test_nowhere_to_save(blobs: str) -> None:
    """Without a folder the end of the log is all there is."""
    found = collect_diagnostics(azure_with(f"{blobs}/log").cloud(), {"vm": VM.to_json(), "folder": None})

    assert (found["serial_log"], found["serial_log_tail"] != "") == (None, True)


@pytest.mark.parametrize("place", ["{blobs}/none?sig=SECRET", "http://127.0.0.1:9/log?sig=SECRET"])
def test_secret_stays_secret(blobs: str, place: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The address and its key are in no answer and in no log, least of all when reading it fails."""
    caplog.set_level(logging.DEBUG, logger="imagegate")
    azure = azure_with(place.format(blobs=blobs))

    found = collect_diagnostics(azure.cloud(), {"vm": VM.to_json(), "folder": str(tmp_path)})

    assert found["notes"]
    assert "SECRET" not in repr(found)
    assert "SECRET" not in "".join(record.getMessage() for record in caplog.records if record.name != "urllib3")


def test_vm_gone() -> None:
    """Of a VM that is gone there is nothing to read, and that is no error."""
    found = collect_diagnostics(SmokeAzure().cloud(), {"vm": VM.to_json(), "folder": None})

    assert found["serial_log"] is None
    assert found["notes"]


def test_no_log_yet(tmp_path: Path) -> None:
    """A VM that has written nothing yet has no address for its log."""
    found = collect_diagnostics(azure_with("").cloud(), {"vm": VM.to_json(), "folder": str(tmp_path)})

    assert "no serial log (yet)" in found["notes"][0]
