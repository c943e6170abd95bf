"""Where a template's images go: the definitions exist, the identity may write there, and they suit the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.messages import Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import sources
from localazure.providers.imagebuilder.failures import SubmissionFailed, not_authorized
from localazure.store import Document

_GALLERY, _DEFINITION = "Microsoft.Compute/galleries/read", "Microsoft.Compute/galleries/images/read"
_CODE = "BadSharedImageDistribute"
_CANNOT_BE_BUILT = ("TrustedLaunch", "ConfidentialVM")
_UNSUPPORTED_PAIR = ("TrustedLaunchSupported", "Standard")
"""Documented as not supported; that the service refuses it is not known."""


def check(cloud: Cloud, properties: Mapping[str, Any], identity: Principal) -> None:
    """Raise the first fault of a template's SharedImage targets."""
    security = sources.security_type(cloud, properties["source"])
    for target in properties["distribute"]:
        if target["type"] == "SharedImage":
            _check_shared_image(cloud, target, identity, security)


def definition_id(target: Mapping[str, Any]) -> ResourceId:
    """The image definition that a SharedImage target names, with or without a version."""
    parsed = ResourceId(target["galleryImageId"])
    is_version = parsed.type.lower().endswith("/versions")
    return parsed.parent if is_version and parsed.parent else parsed


def _check_shared_image(cloud: Cloud, target: Mapping[str, Any], identity: Principal, security: str) -> None:
    wanted = definition_id(target)
    for action, resource in ((_DEFINITION, wanted), (_GALLERY, wanted.parent or wanted)):
        if not cloud.is_allowed(identity, action, resource):
            raise not_authorized(resource.text)
    definition = cloud.store.get(wanted)
    if definition is None:
        raise SubmissionFailed(_CODE, f"Validation failed: The gallery image definition '{wanted}' was not found.")
    _check_definition(definition, security)
    if ResourceId(target["galleryImageId"]) != wanted and cloud.store.get(target["galleryImageId"]) is not None:
        message = f"Validation failed: The image version '{target['galleryImageId']}' already exists."
        raise SubmissionFailed(_CODE, message)


def _check_definition(definition: Document, security: str) -> None:
    properties = definition.body["properties"]
    if properties.get("osType") != "Linux" or properties.get("osState") != "Generalized":
        message = (
            f"Validation failed: The gallery image definition '{definition.id}' is for {properties.get('osState')} "
            f"{properties.get('osType')} images; the source is Generalized Linux."
        )
        raise SubmissionFailed(_CODE, message)
    wanted = sources.feature(definition, "SecurityType")
    if (security, wanted) == _UNSUPPORTED_PAIR:
        return
    if wanted != security or wanted in _CANNOT_BE_BUILT:
        raise SubmissionFailed(
            _CODE,
            f"Validation failed: The source image has security type '{security}' and the gallery image definition "
            f"'{definition.id}' has '{wanted}'. Source and destination must have the same security type, and "
            "'TrustedLaunch' and 'ConfidentialVM' images cannot be built.",
        )
