"""Find the blob containers that the set-up made."""

from typing import Literal

from imagegate.errors import ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.deployments import read_deployment
from imagegate.gateway.translation import SET_UP_FIRST
from imagegate.steps.deploy_foundation import FOUNDATION

Kind = Literal["script", "origin", "records", "heartbeat"]


def container_url(cloud: Cloud, resource_group: str, kind: Kind) -> str:
    """The address of a container of the resource group's foundation.

    Raises:
        ResourceMissing: the foundation is not deployed, or by a release that did not make this container.
    """
    found = read_deployment(cloud, resource_group, FOUNDATION)
    url = str(found.outputs.get(f"{kind}ContainerUrl") or "") if found else ""
    if not url:
        raise ResourceMissing(
            f'The resource group "{resource_group}" has no {kind} container: its deployment "{FOUNDATION}" is missing, '
            "has not succeeded, or is of an older release.",
            hint=SET_UP_FIRST,
        )
    return url
