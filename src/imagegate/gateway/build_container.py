"""The container group in which the service runs a build, and its log while it runs."""

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId

API_VERSION = "2023-05-01"
NAME_PREFIX = "vmimagebuilder-build-container-"
"""Source: image builder documentation, isolated builds."""


def find_build_container(cloud: Cloud, staging_resource_group: str) -> ResourceId | None:
    """The container of the build that runs in the staging resource group; None before there is one."""
    group = ResourceId.resource_group_of(cloud.subscription_id, staging_resource_group)
    with told_as("looking for the build's container"):
        listed = cloud.send(
            "GET", f"{group}/providers/Microsoft.ContainerInstance/containerGroups", api_version=API_VERSION
        )
    for entry in (listed or {}).get("value") or []:
        containers = (entry.get("properties") or {}).get("containers") or []
        if str(entry.get("name", "")).startswith(NAME_PREFIX) and containers:
            return ResourceId.parse(str(entry["id"])).child("containers", str(containers[0]["name"]))
    return None


def read_container_log(cloud: Cloud, container: ResourceId) -> str:
    """What the container has written so far; the service keeps the last 4 MB."""
    with told_as("reading the live log of the build"):
        answer = cloud.send("GET", f"{container}/logs", api_version=API_VERSION)
    return str((answer or {}).get("content") or "")
