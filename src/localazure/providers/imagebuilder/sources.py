"""A template's source: does it exist here, may the identity read it, does its security type fit the destination's?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.messages import Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.engine_port import Base, UnknownBase
from localazure.providers.imagebuilder.failures import SubmissionFailed, not_authorized, not_served
from localazure.store import Document

_DEFINITION_READ = "Microsoft.Compute/galleries/images/read"
_SUPPORTED = ("TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported", "ConfidentialVMSupported")


def base_of(cloud: Cloud, source: Mapping[str, Any]) -> Base:
    """The engine's base for a platform image; refused with the engine's own sentence when it has none."""
    if source["type"] != "PlatformImage":
        raise not_served(
            f"The local cloud builds on platform images only, not on a source of type '{source['type']}'. "
            "Azure takes it; here, repeat the source's customizers in front of this template's."
        )
    try:
        return cloud.engine.resolve_base(
            publisher=str(source["publisher"]),
            offer=str(source["offer"]),
            sku=str(source["sku"]),
            version=str(source.get("exactVersion") or source["version"]),
        )
    except UnknownBase as unknown:
        raise not_served(str(unknown)) from unknown


def check_destinations(cloud: Cloud, properties: Mapping[str, Any], identity: Principal) -> None:
    """Image definitions exist, the identity may read them, and source and destination agree on the security type."""
    for target in properties["distribute"]:
        if target["type"] == "SharedImage":
            _check_shared_image(cloud, target, identity)


def definition_id(target: Mapping[str, Any]) -> ResourceId:
    """The image definition that a SharedImage target names, with or without a version."""
    parsed = ResourceId(target["galleryImageId"])
    is_version = parsed.type.lower().endswith("/versions")
    return parsed.parent if is_version and parsed.parent else parsed


def _check_shared_image(cloud: Cloud, target: Mapping[str, Any], identity: Principal) -> None:
    wanted = definition_id(target)
    if not cloud.is_allowed(identity, _DEFINITION_READ, wanted):
        raise not_authorized(wanted.text)
    definition = cloud.store.get(wanted)
    if definition is None:
        message = f"Validation failed: The gallery image definition '{wanted}' was not found."
        raise SubmissionFailed("BadSharedImageDistribute", message)
    _check_definition(definition)
    if ResourceId(target["galleryImageId"]) != wanted and cloud.store.get(target["galleryImageId"]) is not None:
        message = f"Validation failed: The image version '{target['galleryImageId']}' already exists."
        raise SubmissionFailed("BadSharedImageDistribute", message)


def _check_definition(definition: Document) -> None:
    properties = definition.body["properties"]
    if properties.get("osType") != "Linux" or properties.get("osState") != "Generalized":
        message = (
            f"Validation failed: The gallery image definition '{definition.id}' is for {properties.get('osState')} "
            f"{properties.get('osType')} images; the source is Generalized Linux."
        )
        raise SubmissionFailed("BadSharedImageDistribute", message)
    features = properties.get("features") or ()
    security = next((entry["value"] for entry in features if entry.get("name") == "SecurityType"), "Standard")
    if security != "Standard":
        raise SubmissionFailed(
            "BadSharedImageDistribute",
            f"Validation failed: The source image has security type 'Standard' and the gallery image definition "
            f"'{definition.id}' has '{security}'. Source and destination must have the same security type"
            f"{'' if security in _SUPPORTED else ', and images of this type cannot be built'}.",
        )
