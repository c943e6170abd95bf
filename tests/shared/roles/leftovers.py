"""What lies in the groups of an installation: what has expired there, and what a story left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localazure.assembly import LocalCloud
from sides_world import template_body

SMOKE_GROUP = "rg-images-smoke"
_TEMPLATE_TYPE, _TEMPLATE_API = "Microsoft.VirtualMachineImages/imageTemplates", "2025-10-01"
_NETWORK_API, _DISK_API = "2023-11-01", "2023-10-02"
_EXPIRED = {"imagegate-owner": "imagegate", "imagegate-expires-at": "2020-01-01T00:00:00Z"}
_PARTS = {  # what uses others comes before them
    "Microsoft.Compute/virtualMachines": "2024-07-01",
    "Microsoft.Network/networkInterfaces": _NETWORK_API,
    "Microsoft.Compute/disks": _DISK_API,
    "Microsoft.Network/publicIPAddresses": _NETWORK_API,
    "Microsoft.Network/virtualNetworks": _NETWORK_API,
    "Microsoft.Network/networkSecurityGroups": _NETWORK_API,
}


def leave_expired(local: LocalCloud, group_id: str) -> None:
    """Leave parts of a smoke VM without the VM, and a template on each side; all are ours and have expired."""
    smoke = f"{group_id.rpartition('/')[0]}/{SMOKE_GROUP}"
    for kind, name, properties in _lone_parts(f"{smoke}/providers"):
        body = {"location": "westeurope", "tags": _EXPIRED, "properties": properties}
        _call(local, "PUT", f"{smoke}/providers/{kind}/{name}", _PARTS[kind], body)
    for group in _sides(group_id):
        body = template_body(group) | {"tags": _EXPIRED}
        _call(local, "PUT", f"{group}/providers/{_TEMPLATE_TYPE}/expired", _TEMPLATE_API, body)


def clear(local: LocalCloud, group_id: str) -> None:
    """Take image templates and all parts of smoke VMs away, once what goes on in the cloud has ended."""
    for thread in list(local.cloud.long_running._threads.values()):
        thread.join()
    store, smoke = local.cloud.store, f"{group_id.rpartition('/')[0]}/{SMOKE_GROUP}"
    for template in [one for group in _sides(group_id) for one in store.under(group, _TEMPLATE_TYPE)]:
        _call(local, "DELETE", template.id.text, _TEMPLATE_API)
    for kind, api_version in _PARTS.items():
        for part in store.under(smoke, kind):
            _call(local, "DELETE", part.id.text, api_version)


def _sides(group_id: str) -> tuple[str, str]:
    return group_id, f"{group_id}-pull-requests"


def _lone_parts(providers: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Type, name and properties, in the order in which they can be made."""
    group = "Microsoft.Network/networkSecurityGroups"
    yield group, "lone-nsg", {}
    network = "Microsoft.Network/virtualNetworks"
    subnet = {"addressPrefix": "10.83.0.0/26", "networkSecurityGroup": {"id": f"{providers}/{group}/lone-nsg"}}
    spaces, subnets = {"addressPrefixes": ["10.83.0.0/24"]}, [{"name": "smoke", "properties": subnet}]
    yield network, "lone-vnet", {"addressSpace": spaces, "subnets": subnets}
    address = "Microsoft.Network/publicIPAddresses"
    yield address, "lone-ip", {"publicIPAllocationMethod": "Static"}
    interface = {
        "subnet": {"id": f"{providers}/{network}/lone-vnet/subnets/smoke"},
        "publicIPAddress": {"id": f"{providers}/{address}/lone-ip"},
    }
    configurations = [{"name": "primary", "properties": interface}]
    yield "Microsoft.Network/networkInterfaces", "lone-nic", {"ipConfigurations": configurations}
    yield "Microsoft.Compute/disks", "lone-disk", {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}


def _call(local: LocalCloud, method: str, path: str, api_version: str, body: object = None) -> None:
    cloud = local.cloud
    answer = cloud.call(method, path, principal=cloud.platform, api_version=api_version, body=body)
    assert answer.status < 400, answer.body
    cloud.complete(answer)
