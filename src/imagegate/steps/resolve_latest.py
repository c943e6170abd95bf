"""Read what `latest` of an image definition resolves to."""

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.image_versions import read_versions
from imagegate.model import ResourceId
from imagegate.model.latest_version import LatestVersion


def resolve_latest(cloud: Cloud, definition_id: ResourceId) -> LatestVersion:
    """By region, from all versions of the definition as they are now."""
    return LatestVersion.of(read_versions(cloud, definition_id))
