"""Resource documents as Compute writes them, and what every PUT reads out of a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.store import Document


def resource(
    resource_id: ResourceId,
    *,
    location: str,
    properties: Mapping[str, Any],
    tags: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The envelope around `properties`; `extra` are further members beside it (sku, identity, zones)."""
    body: dict[str, Any] = {
        "name": resource_id.name,
        "id": resource_id.text,
        "type": resource_id.type,
        "location": location,
    }
    if tags is not None:
        body["tags"] = dict(tags)
    return {**body, **(extra or {}), "properties": dict(properties)}


def object_body(request: ArmRequest) -> dict[str, Any]:
    """The request's body, which has to be an object."""
    if not isinstance(request.body, dict):
        raise ArmError(400, "InvalidRequestContent", "The request content was invalid: a JSON object is expected.")
    return request.body


def properties_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """`properties` of a body, empty when absent; anything but an object is refused."""
    found = body.get("properties") or {}
    if not isinstance(found, dict):
        raise ArmError(400, "InvalidRequestContent", "The request content was invalid: 'properties' must be an object.")
    return found


def location_of(body: Mapping[str, Any]) -> str:
    """The normalized location of a request's body (`West US` is `westus`)."""
    location = body.get("location")
    if not isinstance(location, str) or not location.strip():
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    return normalized(location)


def require(cloud: Cloud, resource_id: ResourceId | str) -> Document:
    """The resource of that id; 404 when there is none."""
    found = cloud.store.get(resource_id)
    if found is None:
        raise resource_not_found(resource_id)
    return found


def require_parent(cloud: Cloud, resource_id: ResourceId) -> Document:
    """The resource that a nested one belongs to; 404 in Resource Manager's words when it is missing."""
    parent = resource_id.parent
    found = cloud.store.get(parent) if parent else None
    if parent is None or found is None:
        name = parent.name if parent else ""
        message = f"Can not perform requested operation on nested resource. Parent resource '{name}' not found."
        raise ArmError(404, "ParentResourceNotFound", message)
    return found


def set_provisioning_state(cloud: Cloud, resource_id: ResourceId, state: str) -> None:
    """Write `properties.provisioningState`; nothing happens when the resource is gone."""
    cloud.store.update(resource_id, lambda body: body["properties"].update(provisioningState=state))


def put_internal(cloud: Cloud, resource_id: ResourceId, **values: object) -> None:
    """Change what only the local cloud knows about a resource; nothing happens when it is gone."""
    with cloud.store.transaction():
        known = cloud.store.get(resource_id)
        if known is not None:
            cloud.store.put(known.id, known.body, internal={**known.internal, **values})
