"""Find the blob containers that the set-up made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from imagegate.errors import ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import read_deployment
from imagegate.gateway.translation import SET_UP_FIRST
from imagegate.steps.deploy_foundation import FOUNDATION

Kind = Literal["script", "origin", "records", "heartbeat"]


@dataclass(frozen=True, kw_only=True)
class FoundContainer:
    """A container's address, and when the set-up that gave the rights on it ended."""

    url: str
    set_up_at: datetime | None


def container_url(cloud: Cloud, resource_group: str, kind: Kind) -> str:
    """The address of a container; as `find_container`."""
    return find_container(cloud, resource_group, kind).url


def find_container(cloud: Cloud, resource_group: str, kind: Kind) -> FoundContainer:
    """A container of the resource group's foundation.

    Raises:
        ResourceMissing: the foundation is not deployed, or by a release that did not make this container.
    """
    found = read_deployment(cloud, resource_group, FOUNDATION)
    url = str(found.outputs.get(f"{kind}ContainerUrl") or "") if found else ""
    if found is None or not url:
        raise ResourceMissing(
            f'The resource group "{resource_group}" has no {kind} container: its deployment "{FOUNDATION}" is missing, '
            "has not succeeded, or is of an older release.",
            hint=SET_UP_FIRST,
        )
    return FoundContainer(url=url, set_up_at=found.written_at)
