"""Base images: which version `latest` means today."""

from collections.abc import Iterable

from imagegate.gateway.cloud import Cloud
from imagegate.gateway.translation import told_as
from imagegate.model import ImageVersion, ResourceId

PLATFORM_API_VERSION = "2024-07-01"
GALLERY_API_VERSION = "2023-07-03"


def latest_platform_version(cloud: Cloud, *, location: str, publisher: str, offer: str, sku: str) -> str:
    """The newest version of a marketplace image in a region.

    One plain request: azure-mgmt-compute, which has it as `virtual_machine_images.list`, takes most of a second to
    import.

    Raises:
        ResourceMissing: the region does not know publisher, offer or sku, or has no version of it.
    """
    path = (
        f"/subscriptions/{cloud.subscription_id}/providers/Microsoft.Compute/locations/{location}"
        f"/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
    )
    with told_as(f"looking up the versions of {publisher}:{offer}:{sku} in {location}"):
        found = cloud.send("GET", path, api_version=PLATFORM_API_VERSION) or []
    return newest(str(entry["name"]) for entry in found)


def platform_security_type(cloud: Cloud, *, location: str, publisher: str, offer: str, sku: str, version: str) -> str:
    """The security type that a marketplace image has by its features; Standard where it names none.

    Raises:
        ResourceMissing: the region does not know that version.
    """
    path = (
        f"/subscriptions/{cloud.subscription_id}/providers/Microsoft.Compute/locations/{location}"
        f"/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions/{version}"
    )
    with told_as(f"reading {publisher}:{offer}:{sku}:{version}"):
        body = cloud.send("GET", path, api_version=PLATFORM_API_VERSION) or {}
    features = (body.get("properties") or {}).get("features") or []
    named = {str(entry.get("name", "")).lower(): str(entry.get("value", "")) for entry in features}
    return named.get("securitytype", "Standard")


def latest_gallery_version(cloud: Cloud, definition: ResourceId) -> str:
    """The newest version of a gallery image that `latest` would take: neither excluded nor half made."""
    with told_as(f"looking up the versions of {definition}"):
        found = cloud.send("GET", f"{definition}/versions", api_version=GALLERY_API_VERSION) or {}
    versions = [ImageVersion.from_arm(entry) for entry in found.get("value") or []]
    return newest(entry.version for entry in versions if entry.succeeded and not entry.excluded_from_latest)


def newest(versions: Iterable[str]) -> str:
    """The highest version, compared number by number; empty when there is none."""

    def key(version: str) -> tuple[tuple[int, int | str], ...]:
        return tuple((1, int(part)) if part.isdigit() else (0, part) for part in version.split("."))

    return max(versions, key=key, default="")
