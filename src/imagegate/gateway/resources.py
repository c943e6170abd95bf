"""Resources of any type by id: read, delete, list; each one request, all of them idempotent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from imagegate.errors import ResourceMissing, ServiceRefused
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import OWNER, OWNER_TAG, ResourceId, parse_time
from imagegate.model.smoke_vm import CREATED_AT_TAG

API_VERSIONS: Mapping[str, str] = {
    "microsoft.compute/virtualmachines": "2024-07-01",
    "microsoft.compute/disks": "2023-10-02",
    "microsoft.compute/galleries": "2023-07-03",
    "microsoft.network/networksecuritygroups": "2023-11-01",
    "microsoft.network/virtualnetworks": "2023-11-01",
    "microsoft.network/networkinterfaces": "2023-11-01",
    "microsoft.network/publicipaddresses": "2023-11-01",
    "microsoft.resources/deployments": "2024-03-01",
    "microsoft.resources/resources": "2024-03-01",
    "microsoft.virtualmachineimages/imagetemplates": "2024-02-01",
}
"""By type or the beginning of it, lower case. Source: the published REST specifications."""

_TEMPLATES = "Microsoft.VirtualMachineImages/imageTemplates"
_IN_USE_STATUSES = {400, 409, 412, 429}


@dataclass(frozen=True, kw_only=True)
class ListedResource:
    """A resource as a group's list shows it."""

    id: ResourceId
    tags: Mapping[str, str]
    created_at: datetime | None

    @classmethod
    def from_arm(cls, body: Mapping[str, Any]) -> Self:
        """From an entry of the list."""
        tags = {str(name): str(value) for name, value in (body.get("tags") or {}).items()}
        tagged = next((value for name, value in tags.items() if name.lower() == CREATED_AT_TAG), None)
        written = (body.get("properties") or {}).get("timestamp")
        return cls(
            id=ResourceId.parse(body["id"]),
            tags=tags,
            created_at=parse_time(body.get("createdTime")) or parse_time(tagged) or parse_time(written),
        )

    @property
    def owned(self) -> bool:
        """Whether it carries our ownership tag."""
        return is_owned(self.tags)


def is_owned(tags: Mapping[str, str] | None) -> bool:
    """Whether the tags say that it is ours; tag names compare without case."""
    return any(name.lower() == OWNER_TAG and value == OWNER for name, value in (tags or {}).items())


def api_version_of(resource_id: ResourceId) -> str | None:
    """The api-version that its type is asked with; None for a type that we never make."""
    kind = resource_id.type.lower()
    return API_VERSIONS.get(kind) or next(
        (version for prefix, version in API_VERSIONS.items() if kind.startswith(f"{prefix}/")), None
    )


def get_resource(cloud: Cloud, resource_id: ResourceId, *, query: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401
    """The resource as ARM answers it, or None where there is none (404)."""
    try:
        with told_as(f"reading {resource_id.name}"):
            return cloud.send("GET", resource_id.text, api_version=_known(resource_id), query=query)
    except ResourceMissing:
        return None


def delete_resource(cloud: Cloud, resource_id: ResourceId, *, query: Mapping[str, str] | None = None) -> str | None:
    """Ask for its deletion; None when the service accepted or there is nothing, else why it may not go yet.

    What is in use, or busy with another operation, may go later; other refusals are raised.
    """
    try:
        with told_as(f"deleting {resource_id.name}"):
            cloud.send("DELETE", resource_id.text, api_version=_known(resource_id), query=query)
    except ResourceMissing:
        return None
    except ServiceRefused as refusal:
        if refusal.status in _IN_USE_STATUSES:
            return refusal.message
        raise
    return None


def list_resources(cloud: Cloud, resource_group: str) -> tuple[ListedResource, ...]:
    """Everything in a group of the connection's subscription, deployments included; empty where there is no such group.

    Not filtered by the service: with a filter by tag it leaves the tags out of its answer.
    """
    group = ResourceId.resource_group_of(cloud.subscription_id, resource_group)
    try:
        listed = [
            *list_pages(cloud, f"{group}/resources", query={"$expand": "createdTime"}),
            *list_pages(cloud, f"{group}/providers/Microsoft.Resources/deployments"),
        ]
    except ResourceMissing:
        return ()
    return tuple(ListedResource.from_arm(entry) for entry in listed)


def list_templates(cloud: Cloud, resource_group: str) -> tuple[ListedResource, ...]:
    """The image templates of a group; empty where there is no such group."""
    group = ResourceId.resource_group_of(cloud.subscription_id, resource_group)
    try:
        listed = list(list_pages(cloud, f"{group}/providers/{_TEMPLATES}"))
    except ResourceMissing:
        return ()
    return tuple(ListedResource.from_arm(entry) for entry in listed)


def list_pages(
    cloud: Cloud, path: str, *, query: Mapping[str, str] | None = None, api_version: str | None = None
) -> Iterator[Mapping[str, Any]]:
    """Every entry of a list, page after page."""
    doing = f"listing {path.rsplit('/', 1)[-1]}"
    with told_as(doing):
        page = cloud.send("GET", path, api_version=api_version or _list_api_version(path), query=query) or {}
    yield from page.get("value") or ()
    while link := page.get("nextLink"):
        with told_as(doing):
            page = cloud.follow(link) or {}
        yield from page.get("value") or ()


def _list_api_version(path: str) -> str:
    named = path.lower().partition("/providers/")[2]
    kinds = (_TEMPLATES.lower(), "microsoft.compute/galleries")
    return API_VERSIONS[next((kind for kind in kinds if named.startswith(kind)), "microsoft.resources/resources")]


def _known(resource_id: ResourceId) -> str:
    version = api_version_of(resource_id)
    if version is None:
        raise ServiceRefused(f"No api-version is known for {resource_id.type}.", ids={"resource": resource_id.text})
    return version
