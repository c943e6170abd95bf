"""Find out which version of the base image a build would start from today."""

from collections.abc import Callable, Mapping
from typing import Any

from imagegate.errors import InputError, LoginFailed, NotAuthorised, ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.platform_images import latest_gallery_version, latest_platform_version
from imagegate.model import ResourceId


def resolve_base(
    cloud: Cloud, source: Mapping[str, Any], *, location: str, template_file: str, note: Callable[[str], None]
) -> str:
    """The base's version: the one that the source names, or what `latest` means now; an id for a managed image.

    A principal that may not list versions is no obstacle: the answer is then `latest`, and a note says what that means.

    Raises:
        InputError: the region does not know such a base.
        LoginFailed: no request can succeed.
    """
    kind = str(source.get("type", "")).lower()
    try:
        if kind == "platformimage":
            return _platform(cloud, source, location)
        if kind == "sharedimageversion":
            return _gallery(cloud, str(source.get("imageVersionId", "")))
    except ResourceMissing as error:
        raise InputError.of(f"the base image does not exist: {error.message}", file=template_file) from error
    except LoginFailed:
        raise
    except NotAuthorised as error:
        note("The base's newest version cannot be read: the content hash stays the same when only the base changes.")
        note(error.message.splitlines()[0])
        return "latest"
    return str(source.get("imageId", ""))


def _platform(cloud: Cloud, source: Mapping[str, Any], location: str) -> str:
    version = str(source.get("version") or "latest")
    if version.lower() != "latest":
        return version
    publisher, offer, sku = (str(source.get(key, "")) for key in ("publisher", "offer", "sku"))
    newest = latest_platform_version(cloud, location=location, publisher=publisher, offer=offer, sku=sku)
    if not newest:
        raise ResourceMissing(f"{publisher}:{offer}:{sku} has no version in {location}.", status=404)
    return newest


def _gallery(cloud: Cloud, version_id: str) -> str:
    if not version_id.lower().endswith("/versions/latest"):
        return version_id
    definition = ResourceId.parse(version_id).parent
    newest = latest_gallery_version(cloud, definition)
    if not newest:
        raise ResourceMissing(f"{definition} has no version that latest could mean.", status=404)
    return str(definition.child("versions", newest))
