"""A template's source: does it exist here, may the identity read it, and what does a build start from?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.locations import normalized
from localazure.arm.messages import Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.engine_port import Base, UnknownBase
from localazure.providers.imagebuilder import recipes
from localazure.providers.imagebuilder.failures import SubmissionFailed, not_authorized, not_served
from localazure.providers.imagebuilder.recipes import Recipe
from localazure.store import Document

VERSION_TYPE = "Microsoft.Compute/galleries/images/versions"


def check_platform(cloud: Cloud, source: Mapping[str, Any]) -> None:
    """Refuse a marketplace image that the engine cannot make, at once and with the engine's own sentence."""
    if source["type"] == "PlatformImage":
        _platform_base(cloud, source)


def resolved(cloud: Cloud, source: Mapping[str, Any], *, location: str, identity: Principal) -> str:
    """Check a source as the template's identity; its exact version, "" for managed images."""
    if source["type"] == "PlatformImage":
        return _platform_base(cloud, source).version
    if source["type"] == "ManagedImage":
        _image(cloud, source["imageId"], identity, "BadManagedImageSource", "Microsoft.Compute/images/read")
        return ""
    version = _version(cloud, ResourceId(source["imageVersionId"]), identity)
    if not _is_replicated(version, location):
        message = f"Validation failed: The image version '{version.id}' is not replicated to '{location}'."
        raise SubmissionFailed("BadSharedImageVersionSource", message)
    return version.id.name


def recipe_of(cloud: Cloud, source: Mapping[str, Any]) -> Recipe:
    """What a build starts from: a base alone, or a base with the steps that made the source image."""
    if source["type"] == "PlatformImage":
        return Recipe(base=recipes.of_base(_platform_base(cloud, source)))
    image_id = ResourceId(source.get("imageId") or source["imageVersionId"])
    if image_id.name.lower() == "latest":
        image_id = ResourceId(f"{image_id.parent}/versions/{source['exactVersion']}")
    found = cloud.store.get(image_id)
    if found is None or not found.internal.get("recipe"):
        raise not_served(f"The local cloud did not build '{image_id}' and so cannot build on it.")
    return recipes.parsed(found.internal["recipe"])


def base_of(cloud: Cloud, recipe: Recipe) -> Base:
    """The engine's base of a recipe."""
    named = recipe.base
    try:
        return cloud.engine.resolve_base(
            publisher=named["publisher"], offer=named["offer"], sku=named["sku"], version=named["version"]
        )
    except UnknownBase as unknown:
        raise not_served(str(unknown)) from unknown


def security_type(cloud: Cloud, source: Mapping[str, Any]) -> str:
    """The security type of a source image: of its definition, of its base, and Standard for all others."""
    if source["type"] == "PlatformImage":
        return "TrustedLaunchSupported" if _platform_base(cloud, source).generation == "V2" else "Standard"
    if source["type"] != "SharedImageVersion":
        return "Standard"
    definition_id = ResourceId(source["imageVersionId"]).parent
    definition = cloud.store.get(definition_id) if definition_id else None
    return feature(definition, "SecurityType") if definition else "Standard"


def feature(definition: Document, name: str) -> str:
    """A feature of an image definition; "Standard" when it has none of that name."""
    features = definition.body["properties"].get("features") or ()
    return next((str(entry["value"]) for entry in features if entry.get("name") == name), "Standard")


def _platform_base(cloud: Cloud, source: Mapping[str, Any]) -> Base:
    version = str(source.get("exactVersion") or source["version"])
    named = {part: str(source[part]) for part in ("publisher", "offer", "sku")}
    return base_of(cloud, Recipe(base={**named, "version": version}))


def _version(cloud: Cloud, version_id: ResourceId, identity: Principal) -> Document:
    code, action = "BadSharedImageVersionSource", f"{VERSION_TYPE}/read"
    if version_id.name.lower() != "latest":
        return _image(cloud, version_id.text, identity, code, action)
    definition_id = version_id.parent or version_id
    if not cloud.is_allowed(identity, action, definition_id):
        raise not_authorized(version_id.text)
    usable = [version for version in cloud.store.under(definition_id, VERSION_TYPE) if _is_published(version)]
    if not usable:
        raise SubmissionFailed(code, f"Validation failed: The image definition '{definition_id}' has no version.")
    return max(usable, key=lambda version: tuple(int(part) for part in version.id.name.split(".")))


def _image(cloud: Cloud, image_id: str, identity: Principal, code: str, action: str) -> Document:
    if not cloud.is_allowed(identity, action, image_id):
        raise not_authorized(image_id)
    found = cloud.store.get(image_id)
    if found is None:
        raise SubmissionFailed(code, f"Validation failed: The source image '{image_id}' was not found.")
    return found


def _is_published(version: Document) -> bool:
    properties = version.body["properties"]
    excluded = properties["publishingProfile"].get("excludeFromLatest") is True
    return properties["provisioningState"] == "Succeeded" and not excluded


def _is_replicated(version: Document, location: str) -> bool:
    return any(
        normalized(str(entry["region"])) == normalized(location) and entry["state"] == "Completed"
        for entry in version.internal.get("replication", ())
    )
