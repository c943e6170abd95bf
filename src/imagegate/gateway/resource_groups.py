"""Resource groups and resource providers."""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import list_pages
from imagegate.gateway.translation import told_as
from imagegate.model import ResourceId
from imagegate.waiting import Deadline, Look, poll


def ensure_resource_group(cloud: Cloud, name: str, *, location: str, tags: Mapping[str, str]) -> bool:
    """Make the resource group unless there is one; returns whether it was made. What is there is left as it is."""
    groups: Any = cloud.resources.resource_groups
    with told_as(f'looking for the resource group "{name}"'):
        try:
            groups.get(name)
        except ResourceNotFoundError:
            pass
        else:
            return False
    with told_as(f'making the resource group "{name}"'):
        groups.create_or_update(name, {"location": location, "tags": dict(tags)})
    return True


def read_resource_group(cloud: Cloud, name: str) -> dict[str, Any]:
    """The resource group as ARM answers it.

    Raises:
        ResourceMissing: there is no such group.
    """
    groups: Any = cloud.resources.resource_groups
    with told_as(f'reading the resource group "{name}"'):
        return dict(groups.get(name).as_dict())


def is_empty(cloud: Cloud, name: str) -> bool:
    """Whether no resource is in the group; deployments and role assignments are none."""
    group = ResourceId.resource_group_of(cloud.subscription_id, name)
    return next(list_pages(cloud, f"{group}/resources"), None) is None


def unregistered_providers(cloud: Cloud, namespaces: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the namespaces that the subscription is not registered for."""
    return tuple(name for name in namespaces if not _registered(cloud, name))


def register_providers(cloud: Cloud, namespaces: tuple[str, ...], *, deadline: Deadline) -> None:
    """Register the subscription for all of them, and wait for it."""
    providers: Any = cloud.resources.providers
    for namespace in namespaces:
        with told_as(f"registering the resource provider {namespace}"):
            providers.register(namespace)

    def look() -> Look[bool]:
        return Look(value=True if not unregistered_providers(cloud, namespaces) else None)

    poll(
        look, deadline=deadline, what=f"the registration of {', '.join(namespaces)}", interval_s=15, first_interval_s=1
    )


def _registered(cloud: Cloud, namespace: str) -> bool:
    providers: Any = cloud.resources.providers
    with told_as(f"asking for the resource provider {namespace}"):
        found = providers.get(namespace).as_dict()
    return str(found.get("registrationState", "")).lower() == "registered"
