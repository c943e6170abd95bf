"""What else a write of a virtual machine needs, on the resources that its body names; asked ahead of the provider.

Sources: image builder troubleshooting guide, "Authorization error occurs with creating a disk" (a machine's own disk);
Virtual Machine Contributor, the built-in role (network interfaces).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud

_WRITE = "Microsoft.Compute/virtualMachines/write"
_DISK_WRITE = "Microsoft.Compute/disks/write"
_JOIN = "Microsoft.Network/networkInterfaces/join/action"


class LinkedAuthorization:
    """A gate behind the authorisation of the operation itself; raises 403."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __call__(self, request: ArmRequest, operation: Operation) -> None:
        """Ask for every disk that would be made and every interface that would be taken."""
        if operation.action != _WRITE or request.method != "PUT":
            return
        properties = _mapping(_mapping(request.body).get("properties"))
        for interface_id in _interfaces(properties):
            self._cloud.authorize_linked(request, action=_WRITE, linked_action=_JOIN, linked_scope=interface_id)
        for name in _new_disks(properties):
            disk_id = f"{request.resource_id.group_id}/providers/Microsoft.Compute/disks/{name}"
            self._cloud.authorize(request.principal, _DISK_WRITE, disk_id)


def _interfaces(properties: Mapping[str, Any]) -> Iterator[str]:
    listed = _mapping(properties.get("networkProfile")).get("networkInterfaces")
    for entry in listed if isinstance(listed, list) else ():
        if interface_id := _mapping(entry).get("id"):
            yield str(interface_id)


def _new_disks(properties: Mapping[str, Any]) -> Iterator[str]:
    """Names of the disks that come with the machine; one that is attached is there already."""
    storage = _mapping(properties.get("storageProfile"))
    data_disks = storage.get("dataDisks")
    for disk in (storage.get("osDisk"), *(data_disks if isinstance(data_disks, list) else ())):
        given = _mapping(disk)
        if given and str(given.get("createOption", "")).lower() != "attach":
            yield str(given.get("name") or "disk")


def _mapping(value: object) -> Mapping[str, Any]:
    """An object of the body, or nothing where it has another form: that is the provider's to refuse."""
    return value if isinstance(value, Mapping) else {}
