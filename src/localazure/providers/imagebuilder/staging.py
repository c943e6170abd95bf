"""The staging resource group: made when a template is submitted, with a storage account for scripts and logs.

Name, tags and storage as observed (image-builder-json, stagingResourceGroup): `IT_<group>_<template>_<guid>`, what
stands before the guid cut to forty characters; `createdBy` on groups that the service made, `usedBy` on those that it
was given.
"""

from __future__ import annotations

import secrets
import string
import uuid
from dataclasses import dataclass
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import Principal
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder.failures import SubmissionFailed, not_authorized
from localazure.store import Document

LOG_CONTAINER = "packerlogs"
SCRIPT_CONTAINER = "shell"
CONTAINERS = (LOG_CONTAINER, SCRIPT_CONTAINER, "vhds")
_LONGEST_PREFIX = 40
_GROUP_API, _STORAGE_API = "2021-04-01", "2023-05-01"
_SERVICE = "AzureVMImageBuilder"


@dataclass(frozen=True, kw_only=True)
class Staging:
    """A template's staging group. `owned`: the service made it and takes it away with the template."""

    group_id: ResourceId
    account: str
    owned: bool

    @property
    def account_id(self) -> ResourceId:
        """The storage account's id."""
        return ResourceId(f"{self.group_id}/providers/Microsoft.Storage/storageAccounts/{self.account}")

    def blob_path(self, container: str, name: str) -> str:
        """A blob as the service writes it in messages: an ARM path."""
        return f"{self.account_id}/blobServices/default/containers/{container}/{name}"

    def internal(self) -> dict[str, Any]:
        """As it is kept beside the template's document."""
        return {"group": self.group_id.text, "account": self.account, "owned": self.owned}


def of(template: Document) -> Staging:
    """The staging group of a template that was submitted."""
    known = template.internal["staging"]
    return Staging(group_id=ResourceId(known["group"]), account=known["account"], owned=known["owned"])


def create(cloud: Cloud, template: Document, identity: Principal) -> Staging:
    """Make (or take) the group, and put the storage account into it."""
    wanted = str(template.body["properties"].get("stagingResourceGroup") or "")
    known = cloud.store.get(wanted) if wanted else None
    if known is not None:
        _check_given(cloud, template, known, identity)
    group_id = ResourceId(wanted) if wanted else _new_group_id(template.id)
    account = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(24))
    staging = Staging(group_id=known.id if known else group_id, account=account, owned=known is None)
    location = str(template.body["location"])
    tags = {**((known.body.get("tags") or {}) if known else {}), **_tags(template, owned=staging.owned)}
    place = str(known.body["location"]) if known else location
    _put(cloud, staging.group_id, {"location": place, "tags": tags}, api_version=_GROUP_API)
    body = {
        "location": location,
        "tags": _tags(template, owned=True),
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "properties": {"allowBlobPublicAccess": False, "minimumTlsVersion": "TLS1_2"},
    }
    _put(cloud, staging.account_id, body, api_version=_STORAGE_API)
    for container in CONTAINERS:
        container_id = f"{staging.account_id}/blobServices/default/containers/{container}"
        _put(cloud, ResourceId(container_id), {"properties": {"publicAccess": "None"}}, api_version=_STORAGE_API)
    return staging


def remove(cloud: Cloud, staging: Staging) -> None:
    """Take the group away, or only its contents when it was given."""
    if staging.owned:
        _delete(cloud, staging.group_id, api_version=_GROUP_API)
        return
    _delete(cloud, staging.account_id, api_version=_STORAGE_API)

    def untag(body: dict[str, Any]) -> None:
        tags = body.get("tags") or {}
        body["tags"] = {name: value for name, value in tags.items() if name not in _OWN_TAGS}

    cloud.store.update(staging.group_id, untag)


_OWN_TAGS = ("createdBy", "usedBy", "imageTemplateName", "imageTemplateResourceGroupName")


def _tags(template: Document, *, owned: bool) -> dict[str, str]:
    return {
        **(template.body["properties"].get("managedResourceTags") or {}),
        "createdBy" if owned else "usedBy": _SERVICE,
        "imageTemplateName": template.id.name,
        "imageTemplateResourceGroupName": template.id.resource_group,
    }


def _new_group_id(template_id: ResourceId) -> ResourceId:
    prefix = f"{template_id.resource_group}_{template_id.name}"[:_LONGEST_PREFIX]
    name = f"IT_{prefix}_{uuid.uuid4()}"
    return ResourceId(f"/subscriptions/{template_id.subscription_id}/resourceGroups/{name}")


def _check_given(cloud: Cloud, template: Document, group: Document, identity: Principal) -> None:
    """A group of the user's own has to be empty, in the same region, unused, and open to the template's identity."""
    tags = group.body.get("tags") or {}
    holds_resources = any("location" in known.body for known in cloud.store.under(group.id))
    if tags.get("imageTemplateName") or holds_resources:
        message = f"The staging resource group '{group.id}' must be empty and not in use by another image template."
        raise SubmissionFailed("BadStagingResourceGroup", message)
    if group.body.get("location") != template.body["location"]:
        message = f"The staging resource group '{group.id}' must be in the image template's region."
        raise SubmissionFailed("BadStagingResourceGroup", message)
    if not cloud.is_allowed(identity, "Microsoft.Storage/storageAccounts/write", group.id):
        raise not_authorized(group.id.text)


def _put(cloud: Cloud, resource_id: ResourceId, body: dict[str, Any], *, api_version: str) -> None:
    response = cloud.call("PUT", resource_id, principal=cloud.platform, api_version=api_version, body=body)
    _ended_well(cloud, response.status, response.body)
    cloud.complete(response)


def _delete(cloud: Cloud, resource_id: ResourceId, *, api_version: str) -> None:
    response = cloud.call("DELETE", resource_id, principal=cloud.platform, api_version=api_version)
    if response.status != 404:
        _ended_well(cloud, response.status, response.body)
        cloud.complete(response)


def _ended_well(_cloud: Cloud, status: int, body: object) -> None:
    if status >= 400:
        error = body.get("error", {}) if isinstance(body, dict) else {}
        raise ArmError(status, str(error.get("code", "InternalOperationError")), str(error.get("message", "")))
