"""The container of the Function's heartbeat: the Function writes it, and builds read it."""

import json
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from imagegate.gateway.blobs import Container
from imagegate.gateway.translation import told_as
from imagegate.model.gate_heartbeat import GateHeartbeat

_NAME = "heartbeat.json"
_SIZE_LIMIT_BYTES = 16 * 1024


def write_heartbeat(container: Container, heartbeat: GateHeartbeat) -> None:
    """Write it over the last one."""
    with told_as("writing the heartbeat"):
        container.client.get_blob_client(_NAME).upload_blob(json.dumps(heartbeat.to_json()).encode(), overwrite=True)


def read_heartbeat(container: Container) -> GateHeartbeat | None:
    """The last one; None where no Function ever wrote one, or where it cannot be understood."""
    with told_as("reading the heartbeat"):
        try:
            answer: Any = container.client.download_blob(_NAME, offset=0, length=_SIZE_LIMIT_BYTES)
            content = answer.readall()
        except ResourceNotFoundError:
            return None
    try:
        return GateHeartbeat.from_json(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
