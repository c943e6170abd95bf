"""Read what `latest` of an image definition resolves to."""

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.resources import list_pages
from imagegate.model import ImageVersion, ResourceId
from imagegate.model.latest_version import LatestVersion


def resolve_latest(cloud: Cloud, definition_id: ResourceId) -> LatestVersion:
    """By region, from all versions of the definition as they are now."""
    return LatestVersion.of(read_versions(cloud, definition_id))


def read_versions(cloud: Cloud, definition_id: ResourceId) -> tuple[ImageVersion, ...]:
    """All versions of the definition."""
    return tuple(ImageVersion.from_arm(body) for body in list_pages(cloud, f"{definition_id}/versions"))
