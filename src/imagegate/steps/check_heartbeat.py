"""Asks whether the Function that verifies is alive."""

from datetime import UTC, datetime

from imagegate.errors import ImageGateError
from imagegate.gateway.blobs import Container
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.heartbeats import read_heartbeat
from imagegate.steps.find_container import container_url


def check_heartbeat(cloud: Cloud, resource_group: str) -> str | None:
    """A warning in one line where the last heartbeat is old. None where it is fresh, or where there is no Function.

    Who may not read it, or has a foundation of an older release, is not warned.
    """
    try:
        heartbeat = read_heartbeat(Container(cloud, container_url(cloud, resource_group, "heartbeat")))
    except ImageGateError:
        return None
    return heartbeat.warning(datetime.now(UTC)) if heartbeat is not None else None
