"""Azure Compute Galleries."""

from __future__ import annotations

import re
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.compute import soft_deletion
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import (
    location_of,
    object_body,
    properties_of,
    require,
    resource,
    set_provisioning_state,
)

TYPE = "Microsoft.Compute/galleries"
GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/galleries"
PATH = f"{GROUP}/{{galleryName}}"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._]{0,78}[A-Za-z0-9])?")
_WRITABLE = ("description", "sharingProfile", "softDeletePolicy")


class Galleries:
    """The operations on galleries."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, request: ArmRequest) -> ArmResponse:
        """Create or replace."""
        gallery_id, body = request.resource_id, object_body(request)
        location = location_of(body)
        known = self._cloud.store.get(gallery_id)
        if known is None:
            _check_name(gallery_id.name)
        given = properties_of(body)
        document = resource(
            known.id if known else gallery_id,
            location=location,
            tags=body.get("tags"),
            properties={
                **{name: given[name] for name in _WRITABLE if name in given},
                "identifier": {"uniqueName": f"{gallery_id.subscription_id}-{gallery_id.name.upper()}"},
                "provisioningState": "Succeeded" if known else "Creating",  # recorded
            },
            extra={"identity": body["identity"]} if body.get("identity") else None,
        )
        return self._write(request, document, status=200 if known else 201)

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change what the body names."""
        known, body = require(self._cloud, request.resource_id), object_body(request)
        document = known.body
        given = properties_of(body)
        document["properties"].update({name: given[name] for name in _WRITABLE if name in given})
        document["properties"]["provisioningState"] = "Succeeded"  # recorded: an update shows no state of its own
        document.update({name: body[name] for name in ("tags", "identity") if name in body})
        return self._write(request, document, status=200)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One gallery."""
        return ArmResponse(body=require(self._cloud, request.resource_id).body)

    def list_by_group(self, request: ArmRequest) -> ArmResponse:
        """The galleries of a resource group."""
        return self._listed(request.resource_id.group_id)

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The galleries of a subscription."""
        return self._listed(ResourceId(f"/subscriptions/{request.resource_id.subscription_id}"))

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove an empty gallery; 204 when there is none."""
        known = self._cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)
        soft_deletion.forget_expired(self._cloud, known.id)
        if self._cloud.store.under(known.id):
            raise ArmError(
                409,
                "CannotDeleteResource",
                "Can not delete resource before nested resources are deleted.",
            )
        set_provisioning_state(self._cloud, known.id, "Deleting")
        return accept(
            self._cloud,
            request,
            lambda: self._removed(known.id),
            location=str(known.body["location"]),
            status=202,
            kind="capsOperations",
            monitor=True,
        )

    def _removed(self, gallery_id: ResourceId) -> None:
        self._cloud.store.delete(gallery_id)

    def _listed(self, scope: ResourceId) -> ArmResponse:
        return ArmResponse(body={"value": [known.body for known in self._cloud.store.under(scope, TYPE)]})

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
    """Galleries_* of the published specification."""
    galleries = Galleries(cloud)
    read, write = f"{TYPE}/read", f"{TYPE}/write"
    everywhere = "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/galleries"
    rows = (
        ("CreateOrUpdate", "PUT", PATH, write, galleries.put),
        ("Update", "PATCH", PATH, write, galleries.patch),
        ("Get", "GET", PATH, read, galleries.get),
        ("Delete", "DELETE", PATH, f"{TYPE}/delete", galleries.delete),
        ("ListByResourceGroup", "GET", GROUP, read, galleries.list_by_group),
        ("List", "GET", everywhere, read, galleries.list_all),
    )
    return [
        Operation(operation_id=f"Galleries_{name}", method=method, path=path, action=action, handler=handler)
        for name, method, path, action, handler in rows
    ]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ArmError(
            400,
            "InvalidParameter",
            f"The entity name '{name}' is invalid according to its validation rule: "
            "^[^_\\W][\\w-._]{0,79}(?<![-.])$.",
            target="galleryName",
        )
