"""A template's identity: whom the service acts as when it reads sources and scripts and writes images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder.failures import identity_unusable
from localazure.providers.imagebuilder.states import ACTION

ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


def check_assignable(cloud: Cloud, request: ArmRequest, identity: Mapping[str, Any]) -> None:
    """Refuse identities that do not exist or that the caller may not attach, as Resource Manager does."""
    for identity_id, value in (identity.get("userAssignedIdentities") or {}).items():
        if value is None:
            continue  # taken off by a PATCH
        if cloud.store.get(identity_id) is None:
            inner = f'{{"error":{{"code":"BadRequest","message":"Resource \'{identity_id}\' was not found."}}}}'
            raise ArmError(
                400,
                "FailedIdentityOperation",
                f"Identity operation for resource '{request.path}' failed with error 'Failed to perform resource "
                f"identity operation. Status: 'BadRequest'. Response: '{inner}'.'.",
            )
        cloud.authorize_linked(request, action=f"{ACTION}/write", linked_action=ASSIGN, linked_scope=identity_id)


def principal_of(cloud: Cloud, template: Mapping[str, Any]) -> Principal:
    """The principal behind a template's identity; raises when the identity is gone.

    Templates of previews have none: the service acts as itself.
    """
    if not template.get("identity"):
        return cloud.platform
    identities = (template.get("identity") or {}).get("userAssignedIdentities") or {}
    for identity_id in identities:
        found = cloud.store.get(identity_id)
        if found is not None:
            properties = found.body["properties"]
            return Principal(
                object_id=str(properties["principalId"]),
                tenant_id=cloud.tenant_id,
                app_id=str(properties.get("clientId", "")),
                name=found.id.name,
            )
    raise identity_unusable()


def with_ids(cloud: Cloud, template: dict[str, Any]) -> None:
    """Fill in each identity's principal and client id, as a template shows them once it is provisioned."""
    identities = (template.get("identity") or {}).get("userAssignedIdentities") or {}
    for identity_id in identities:
        found = cloud.store.get(ResourceId(identity_id))
        if found is not None:
            properties = found.body["properties"]
            identities[identity_id] = {name: properties.get(name) for name in ("principalId", "clientId")}
