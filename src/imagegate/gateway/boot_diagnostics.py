"""A VM's serial log, through the addresses that Azure hands out for it.

Such an address carries its own access key: it is asked for, used at once, and never shown, stored or put in an error.
"""

from typing import TYPE_CHECKING

from imagegate.errors import ServiceRefused, ServiceUnreachable
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

if TYPE_CHECKING:
    import requests

_API_VERSION = "2024-07-01"
_TIMEOUT_S = 30.0
_LIMIT_BYTES = 8 * 1024 * 1024


def fetch_serial_log(cloud: Cloud, vm_id: ResourceId) -> bytes:
    """The serial log so far; of a long one the first 8 MiB.

    Raises:
        ServiceRefused: there is none, or not yet.
        ServiceUnreachable: the place where it lies does not answer.
    """
    with told_as(f"asking for the boot diagnostics of {vm_id.name}"):
        body = cloud.send("POST", f"{vm_id}/retrieveBootDiagnosticsData", api_version=_API_VERSION) or {}
    address = body.get("serialConsoleLogBlobUri")
    if not address:
        raise ServiceRefused(f"{vm_id.name} has no serial log (yet).")
    return _fetched(str(address))


def _fetched(address: str) -> bytes:
    import requests

    try:
        with requests.get(address, timeout=_TIMEOUT_S, stream=True) as response:
            if response.status_code != requests.codes.ok:
                raise ServiceRefused(f"The serial log cannot be read: status {response.status_code}.")
            return b"".join(_limited(response))
    except requests.RequestException as error:
        # Not "from error", and not its text: both show the address, and with it the key.
        kind = type(error).__name__
    raise ServiceUnreachable(f"The serial log cannot be read: {kind}.")


def _limited(response: "requests.Response") -> list[bytes]:
    pieces, size = [], 0
    for piece in response.iter_content(65536):
        pieces.append(piece)
        size += len(piece)
        if size >= _LIMIT_BYTES:
            break
    return pieces
