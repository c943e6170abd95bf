"""Public IP addresses: loopback addresses of this machine, so that what listens behind them can be reached from it."""

from __future__ import annotations

from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.network.loopback_addresses import LoopbackAddresses
from localazure.providers.network.manners import NetworkResources, refused
from localazure.providers.network.references import configurations_that_use
from localazure.store import Document

_GIVEN = ("deleteOption", "publicIPPrefix")


class PublicAddresses(NetworkResources):
    """Every address of a document is held on this machine until it is deleted or the cloud ends.

    Azure gives a Dynamic address when a machine uses it; here it is there from the start, and not answered until then.
    """

    kind = "publicIPAddresses"
    group = "PublicIPAddresses"

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._addresses = LoopbackAddresses()
        cloud.on_close.append(self._addresses.close)
        for document in cloud.store.of_type(self.type):
            self._hold_again(document)

    def _hold_again(self, document: Document) -> None:
        """After a restart: the same address, or another one where somebody else took it meanwhile."""
        address = str(document.body["properties"].get("ipAddress", ""))
        if address and not self._addresses.hold(address):
            other = self._addresses.take()
            self.cloud.store.update(document.id, lambda body: body["properties"].update(ipAddress=other))

    def written(self, request: ArmRequest, resource_id: ResourceId, known: dict[str, Any] | None) -> dict[str, Any]:
        """The address's properties; its own address stays while it lives."""
        given, sku = (request.body or {}).get("properties") or {}, (request.body or {}).get("sku") or {}
        method = str(given.get("publicIPAllocationMethod") or "Dynamic").capitalize()
        name = str(sku.get("name") or "Basic").capitalize()
        version = str(given.get("publicIPAddressVersion") or "IPv4")
        _check(resource_id, method, name, version)
        before = known["properties"] if known else {}
        body = self._common(resource_id, request.body, known)
        label = (given.get("dnsSettings") or {}).get("domainNameLabel")
        body["properties"] |= {
            "ipAddress": before.get("ipAddress") or self._addresses.take(),
            "publicIPAddressVersion": version,
            "publicIPAllocationMethod": method,
            "idleTimeoutInMinutes": given.get("idleTimeoutInMinutes") or 4,
            **({"dnsSettings": _dns(str(label), body["location"])} if label else {}),
            **{key: given[key] for key in _GIVEN if given.get(key) is not None},
            **_ddos_settings(given, name),
            "ipTags": given.get("ipTags") or [],
        }
        return body | {"sku": {"name": name, "tier": str(sku.get("tier") or "Regional")}}

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The address with the configuration that uses it."""
        users = configurations_that_use(self.cloud, "publicIPAddress", ResourceId(body["id"]))
        properties = body["properties"] | ({"ipConfiguration": {"id": users[0]}} if users else {})
        if properties["publicIPAllocationMethod"] == "Dynamic" and not users:
            properties = {name: value for name, value in properties.items() if name != "ipAddress"}
        return body | {"properties": properties}

    def refuse_delete(self, document: Document) -> None:
        """An address in use stays (recorded)."""
        users = configurations_that_use(self.cloud, "publicIPAddress", document.id)
        if users:
            message = (
                f"Public IP address {document.id} can not be deleted since it is still allocated to resource "
                f"{users[0]}. In order to delete the public IP, disassociate/detach the Public IP address from the "
                "resource.  To learn how to do this, see aka.ms/deletepublicip."
            )
            raise refused("PublicIPAddressCannotBeDeleted", message)

    def deleted(self, document: Document) -> None:
        """Let go of the address."""
        self._addresses.release(str(document.body["properties"].get("ipAddress", "")))


def _ddos_settings(given: dict[str, Any], sku: str) -> dict[str, Any]:
    """What was given; the standard sku is protected as its network is (recorded)."""
    inherited = {"protectionMode": "VirtualNetworkInherited"} if sku == "Standard" else None
    settings = given.get("ddosSettings") or inherited
    return {"ddosSettings": settings} if settings else {}


def _check(resource_id: ResourceId, method: str, sku: str, version: str) -> None:
    if sku == "Standard" and method != "Static":
        message = f"Standard sku publicIp {resource_id} must have AllocationMethod set to Static."
        raise refused("StandardSkuPublicIPAddressesMustBeStatic", message)
    if method not in {"Static", "Dynamic"} or sku not in {"Basic", "Standard"}:
        message = f"Cannot parse the request: allocation method {method}, sku {sku}."
        raise refused("InvalidRequestFormat", message)
    if version != "IPv4":
        message = f"The local cloud has no public addresses of version {version}: use IPv4 for {resource_id}."
        raise refused("NotServedByLocalCloud", message)


def _dns(label: str, location: str) -> dict[str, str]:
    return {"domainNameLabel": label, "fqdn": f"{label}.{location}.cloudapp.azure.com"}
