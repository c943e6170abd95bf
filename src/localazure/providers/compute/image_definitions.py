"""Image definitions of a gallery: what kind of machine its versions start."""

from __future__ import annotations

import re
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute import soft_deletion
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import (
    location_of,
    object_body,
    properties_of,
    require,
    require_parent,
    resource,
    set_provisioning_state,
)
from localazure.providers.compute.galleries import PATH as GALLERY_PATH

TYPE = "Microsoft.Compute/galleries/images"
LIST = f"{GALLERY_PATH}/images"
PATH = f"{LIST}/{{galleryImageName}}"
TRUSTED_LAUNCH_BY_DEFAULT_SINCE = "2025-03-03"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?")
_UNCHANGEABLE = ("osType", "osState", "identifier", "hyperVGeneration", "architecture", "purchasePlan", "features")
_WRITABLE = (
    "description",
    "eula",
    "privacyStatementUri",
    "releaseNoteUri",
    "endOfLifeDate",
    "recommended",
    "disallowed",
    *_UNCHANGEABLE,
)
_VALUES = {
    "osType": ("Windows", "Linux"),
    "osState": ("Generalized", "Specialized"),
    "hyperVGeneration": ("V1", "V2"),
    "architecture": ("x64", "Arm64"),
}
SECURITY_TYPES = (
    "Standard",
    "TrustedLaunch",
    "TrustedLaunchSupported",
    "ConfidentialVM",
    "ConfidentialVMSupported",
    "TrustedLaunchAndConfidentialVmSupported",
)


class ImageDefinitions:
    """The operations on image definitions."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create or replace; what makes the definition what it is cannot be changed later."""
        definition_id, body = request.resource_id, object_body(request)
        require_parent(self._cloud, definition_id)
        location, given = location_of(body), _checked(properties_of(body))
        known = self._cloud.store.get(definition_id)
        if known is None:
            _check_name(definition_id.name)
            self._check_identifier(request, given)
            properties = _with_defaults(given, request.api_version)
        else:
            _refuse_changes(known.body["properties"], given)
            properties = {**_kept(known.body["properties"]), **_picked(given)}
        document = resource(
            known.id if known else definition_id,
            location=location,
            tags=body.get("tags"),
            properties={**properties, "provisioningState": "Updating" if known else "Creating"},
        )
        return self._write(request, document, status=200 if known else 201)

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change what the body names."""
        known, body = require(self._cloud, request.resource_id), object_body(request)
        given = properties_of(body)
        _refuse_changes(known.body["properties"], given)
        document = known.body
        document["properties"].update({**_picked(given), "provisioningState": "Updating"})
        if "tags" in body:
            document["tags"] = body["tags"]
        return self._write(request, document, status=200)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One definition."""
        return ArmResponse(body=require(self._cloud, request.resource_id).body)

    def list_by_gallery(self, request: ArmRequest) -> ArmResponse:
        """The definitions of a gallery."""
        gallery = require(self._cloud, request.target_id)
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(gallery.id, TYPE)]})

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a definition without versions; 204 when there is none."""
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)
        if self._cloud.store.under(known.id):
            message = "Can not delete resource before nested resources are deleted."
            raise ArmError(409, "CannotDeleteResource", message)
        soft_deletion.refuse_while_kept(self._cloud, known.id)
        set_provisioning_state(self._cloud, known.id, "Deleting")

        def removed() -> None:
            self._cloud.store.delete(known.id)

        location = str(known.body["location"])
        return accept(self._cloud, request, removed, location=location, status=202, kind="capsOperations", monitor=True)

    def _check_identifier(self, request: ArmRequest, given: dict[str, Any]) -> None:
        wanted = _identifier(given)
        for other in self._cloud.store.under(request.resource_id.parent or request.resource_id, TYPE):
            if _identifier(other.body["properties"]) == wanted:
                raise ArmError(
                    409,
                    "Conflict",
                    f"A gallery image with the identifier publisher '{wanted[0]}', offer '{wanted[1]}', "
                    f"sku '{wanted[2]}' already exists in the gallery: '{other.id.name}'.",
                )

    def _write(self, request: ArmRequest, document: dict[str, Any], *, status: int) -> ArmResponse:
        known = self._cloud.store.put(request.resource_id, document)
        return accept(
            self._cloud,
            request,
            lambda: set_provisioning_state(self._cloud, known.id, "Succeeded"),
            location=str(document["location"]),
            status=status,
            body=document,
            kind="capsOperations",
        )


def operations(cloud: Cloud) -> list[Operation]:
    """GalleryImages_* of the published specification."""
    definitions = ImageDefinitions(cloud)
    read, write = f"{TYPE}/read", f"{TYPE}/write"
    rows = (
        ("CreateOrUpdate", "PUT", PATH, write, definitions.put),
        ("Update", "PATCH", PATH, write, definitions.patch),
        ("Get", "GET", PATH, read, definitions.get),
        ("Delete", "DELETE", PATH, f"{TYPE}/delete", definitions.delete),
        ("ListByGallery", "GET", LIST, read, definitions.list_by_gallery),
    )
    return [
        Operation(operation_id=f"GalleryImages_{name}", method=method, path=path, action=action, handler=handler)
        for name, method, path, action, handler in rows
    ]


def security_type(properties: dict[str, Any]) -> str:
    """The definition's SecurityType feature; "Standard" when it has none."""
    for feature in properties.get("features") or ():
        if str(feature.get("name", "")).lower() == "securitytype":
            return str(feature.get("value", "Standard"))
    return "Standard"


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    for name in ("osType", "osState", "identifier"):
        if not given.get(name):
            message = f"Required parameter 'galleryImage.properties.{name}' is missing (null)."
            raise ArmError(400, "InvalidParameter", message, target=f"galleryImage.properties.{name}")
    for name in ("publisher", "offer", "sku"):
        if not isinstance(given["identifier"], dict) or not given["identifier"].get(name):
            message = f"Required parameter 'galleryImage.properties.identifier.{name}' is missing (null)."
            raise ArmError(400, "InvalidParameter", message, target=f"galleryImage.properties.identifier.{name}")
    for name, allowed in _VALUES.items():
        if given.get(name) is not None and given[name] not in allowed:
            message = f"The value '{given[name]}' of parameter '{name}' is not allowed. Allowed values are: "
            raise ArmError(400, "InvalidParameter", message + ",".join(allowed) + ".", target=name)
    _check_security_type(given)
    return given


def _check_security_type(given: dict[str, Any]) -> None:
    kind = security_type(given)
    if kind not in SECURITY_TYPES:
        message = f"The value '{kind}' of feature 'SecurityType' is not allowed. Allowed values are: "
        raise ArmError(400, "InvalidParameter", message + ",".join(SECURITY_TYPES) + ".", target="features")
    if kind != "Standard" and given.get("hyperVGeneration") == "V1":
        message = f"The feature 'SecurityType' with value '{kind}' is only supported with hyperVGeneration 'V2'."
        raise ArmError(400, "InvalidParameter", message, target="features")


def _with_defaults(given: dict[str, Any], api_version: str) -> dict[str, Any]:
    """Since 2025-03-03 a definition is second generation and may start Trusted Launch machines unless it says other."""
    modern = api_version >= TRUSTED_LAUNCH_BY_DEFAULT_SINCE
    properties = {
        "hyperVGeneration": given.get("hyperVGeneration") or ("V2" if modern else "V1"),
        "architecture": given.get("architecture") or "x64",
        **_picked(given),
    }
    named = any(str(feature.get("name", "")).lower() == "securitytype" for feature in given.get("features") or ())
    if modern and not named and properties["hyperVGeneration"] == "V2" and properties["architecture"] == "x64":
        feature = {"name": "SecurityType", "value": "TrustedLaunchSupported"}
        properties["features"] = [*(given.get("features") or ()), feature]
    if not properties.get("disallowed"):
        properties.pop("disallowed", None)
    return properties


def _refuse_changes(known: dict[str, Any], given: dict[str, Any]) -> None:
    for name in _UNCHANGEABLE:
        if name in given and name in known and given[name] != known[name] and given[name] is not None:
            message = f"Changing property 'galleryImage.properties.{name}' is not allowed."
            raise ArmError(409, "PropertyChangeNotAllowed", message, target=f"galleryImage.properties.{name}")


def _picked(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _WRITABLE if given.get(name) is not None}


def _kept(known: dict[str, Any]) -> dict[str, Any]:
    return {name: known[name] for name in _UNCHANGEABLE if name in known}


def _identifier(properties: dict[str, Any]) -> tuple[str, str, str]:
    found = properties.get("identifier") or {}
    return (str(found.get("publisher")), str(found.get("offer")), str(found.get("sku")))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        message = (
            f"The entity name '{name}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{{0,79}}(?<![-.])$."
        )
        raise ArmError(400, "InvalidParameter", message, target="galleryImageName")
