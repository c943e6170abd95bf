"""Find what the set-up made: its outputs, and the blob containers among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from weakref import WeakKeyDictionary

from imagegate.errors import ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import DeploymentState, read_deployment
from imagegate.gateway.translation import SET_UP_FIRST
from imagegate.steps.deploy_foundation import FOUNDATION

Kind = Literal["script", "origin", "records", "heartbeat"]

_FOUND: WeakKeyDictionary[Cloud, dict[str, DeploymentState]] = WeakKeyDictionary()
"""The foundations of a command's connection, by group: a build that asks every 20 s has no request to spare."""


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
    found = read_foundation(cloud, resource_group)
    url = str(found.outputs.get(f"{kind}ContainerUrl") or "") if found else ""
    if found is None or not url:
        raise ResourceMissing(
            f'The resource group "{resource_group}" has no {kind} container: its deployment "{FOUNDATION}" is missing, '
            "has not succeeded, or is of an older release.",
            hint=SET_UP_FIRST,
        )
    return FoundContainer(url=url, set_up_at=found.written_at)


def foundation_outputs(cloud: Cloud, resource_group: str) -> Mapping[str, Any]:
    """What the foundation of the resource group put out; empty where there is none that succeeded."""
    found = read_foundation(cloud, resource_group)
    return found.outputs if found is not None and found.succeeded else {}


def read_foundation(cloud: Cloud, resource_group: str) -> DeploymentState | None:
    """The foundation's deployment; None where there is none. One that succeeded is read once a connection."""
    known = _FOUND.setdefault(cloud, {})
    if resource_group not in known:
        found = read_deployment(cloud, resource_group, FOUNDATION)
        if found is None or not found.succeeded:
            return found
        known[resource_group] = found
    return known[resource_group]
