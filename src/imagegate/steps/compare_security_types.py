"""Tell of a base and an image definition whose security types Image Builder does not support together."""

from collections.abc import Callable, Mapping
from typing import Any

from imagegate.errors import LoginFailed, NotAuthorised, ResourceMissing
from imagegate.gateway.cloud import Cloud
from imagegate.gateway.platform_images import platform_security_type
from imagegate.gateway.resources import get_resource
from imagegate.model import ResourceId
from imagegate.model.image_definition import ImageDefinition

_APART = {"standard", "trustedlaunchsupported"}
_RULE = (
    "Image Builder supports a base that is TrustedLaunchSupported only with a definition that is, too, and the other "
    "way round (image builder documentation, overview)"
)


def compare_security_types(
    cloud: Cloud,
    source: Mapping[str, Any],
    *,
    base_version: str,
    location: str,
    definition_id: ResourceId,
    note: Callable[[str], None],
) -> None:
    """Note a pair that is documented as unsupported. What may not be read, or is not there yet, is no obstacle."""
    try:
        base = _of_base(cloud, source, base_version, location)
        definition = _of_definition(cloud, definition_id)
    except LoginFailed:
        raise
    except (NotAuthorised, ResourceMissing):
        return
    if {base.lower(), definition.lower()} == _APART:
        note(f"the base is {base} and the image definition {definition_id.name} is {definition}: {_RULE}")


def _of_base(cloud: Cloud, source: Mapping[str, Any], version: str, location: str) -> str:
    """Empty where it cannot be known."""
    kind = str(source.get("type", "")).lower()
    if kind == "sharedimageversion" and "/versions/" in version.lower():
        return _of_definition(cloud, ResourceId.parse(version).parent)
    if kind != "platformimage" or version == "latest":
        return ""
    publisher, offer, sku = (str(source.get(key, "")) for key in ("publisher", "offer", "sku"))
    return platform_security_type(cloud, location=location, publisher=publisher, offer=offer, sku=sku, version=version)


def _of_definition(cloud: Cloud, definition_id: ResourceId) -> str:
    body = get_resource(cloud, definition_id)
    return ImageDefinition.from_arm(body).security_type if body is not None else ""
