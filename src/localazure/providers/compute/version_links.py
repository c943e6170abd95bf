"""What the body of an image version links to, and the rights there that Resource Manager asks of the caller.

The rights are those of azure-docs, shared-image-galleries, "RBAC permissions required to create an ACG image": read
an image or a version, write a machine, a disk or a snapshot, list the keys of the storage account that holds a VHD.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud

_WRITE = "Microsoft.Compute/galleries/images/versions/write"
_RIGHTS = {
    "Microsoft.Compute/images": "read",
    "Microsoft.Compute/galleries/images/versions": "read",
    "Microsoft.Compute/virtualMachines": "write",
    "Microsoft.Compute/disks": "write",
    "Microsoft.Compute/snapshots": "write",
    "Microsoft.Storage/storageAccounts": "listKeys/action",
}
_ACTIONS = {kind.lower(): f"{kind}/{right}" for kind, right in _RIGHTS.items()}
_LINKS = ("id", "virtualMachineId", "storageAccountId")


def authorize(cloud: Cloud, request: ArmRequest, storage: object) -> None:
    """Let a write pass whose `storageProfile` links to what its caller may use; else 403 LinkedAuthorizationFailed.

    That something is there is not asked here: without a right nobody learns whether it is.
    """
    for linked in _linked_ids(storage):
        if action := _ACTIONS.get(ResourceId(linked).type.lower()):
            cloud.authorize_linked(request, action=_WRITE, linked_action=action, linked_scope=linked)


def _linked_ids(storage: object) -> Iterator[str]:
    profile = _object(storage)
    data_disks = profile.get("dataDiskImages")
    disks = [profile.get("osDiskImage"), *(data_disks if isinstance(data_disks, list) else ())]
    for source in (profile.get("source"), *(_object(disk).get("source") for disk in disks)):
        links = (_object(source).get(name) for name in _LINKS)
        yield from (link for link in links if isinstance(link, str) and link)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
