"""Network interfaces."""

from __future__ import annotations

import hashlib
from typing import Any

from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.providers.network.address_space import check_static, free_address, subnet_prefixes
from localazure.providers.network.manners import NetworkError, NetworkResources, refused
from localazure.providers.network.references import configurations, find_subnet, reference, require
from localazure.store import Document

_CONFIGURATION_TYPE = "Microsoft.Network/networkInterfaces/ipConfigurations"


class Interfaces(NetworkResources):
    """An interface with its configurations in it. Compute writes `virtualMachine` into those that it uses."""

    kind = "networkInterfaces"
    group = "NetworkInterfaces"
    state_while_written = "Succeeded"  # recorded: the one type that is never Updating

    def written(self, request: ArmRequest, resource_id: ResourceId, known: dict[str, Any] | None) -> dict[str, Any]:
        """The interface's properties, every reference checked and every private address chosen."""
        given = (request.body or {}).get("properties") or {}
        body = self._common(resource_id, request.body, known)
        before = known["properties"] if known else {}
        group = reference(given.get("networkSecurityGroup"))
        if group is not None:
            self._require(request, resource_id, group, body["location"])
        wanted = given.get("ipConfigurations") or []
        if not wanted:
            details = [{"code": "MissingJsonProperty", "message": f"{resource_id} has no ipConfigurations."}]
            raise NetworkError(400, "InvalidRequestFormat", "Cannot parse the request.", details=details)
        body["properties"] |= {
            "ipConfigurations": self._configurations(request, resource_id, wanted, before, body["location"]),
            "dnsSettings": {
                "dnsServers": list((given.get("dnsSettings") or {}).get("dnsServers") or ()),
                "appliedDnsServers": [],
                "internalDomainNameSuffix": f"{_short(body['properties']['resourceGuid'])}.dx.internal.cloudapp.net",
            },
            "vnetEncryptionSupported": False,
            **_accelerated(given, request.api_version),
            "enableIPForwarding": bool(given.get("enableIPForwarding", False)),
            **({"networkSecurityGroup": {"id": group.text}} if group else {}),
            **({"virtualMachine": before["virtualMachine"]} if before.get("virtualMachine") else {}),
            "hostedWorkloads": [],
            "tapConfigurations": [],
            "nicType": given.get("nicType") or "Standard",
            "allowPort25Out": True,
        }
        return body | {"kind": "Regular"}

    def _configurations(
        self,
        request: ArmRequest,
        resource_id: ResourceId,
        wanted: list[dict[str, Any]],
        before: dict[str, Any],
        location: str,
    ) -> list[dict[str, Any]]:
        known = {entry["name"].lower(): entry["properties"] for entry in before.get("ipConfigurations") or ()}
        taken = self._taken(resource_id)
        made = []
        for place, entry in enumerate(wanted):
            name, given = str(entry["name"]), entry.get("properties") or {}
            configuration_id = f"{resource_id}/ipConfigurations/{name}"
            self._check_references(request, resource_id, configuration_id, given, location)
            properties = _properties(given, primary=len(wanted) == 1 or bool(given.get("primary", place == 0)))
            subnet_id = reference(given.get("subnet"))
            if subnet_id is not None and subnet_id.parent is not None:
                here = taken.setdefault(subnet_id.parent.key, {})
                address = self._address(configuration_id, given, known.get(name.lower(), {}), subnet_id, here)
                here[address] = configuration_id
                properties["privateIPAddress"] = address
            made.append(
                {
                    "name": name,
                    "id": configuration_id,
                    "etag": "",
                    "type": _CONFIGURATION_TYPE,
                    "properties": properties,
                }
            )
        return made

    def _check_references(
        self, request: ArmRequest, owner: ResourceId, configuration_id: str, given: dict[str, Any], location: str
    ) -> None:
        for field in ("subnet", "publicIPAddress"):
            wanted = reference(given.get(field))
            if wanted is not None:
                self._require(request, owner, wanted, location)
        public = reference(given.get("publicIPAddress"))
        for name, properties in configurations(self.cloud) if public else ():
            if reference(properties.get("publicIPAddress")) == public and name.lower() != configuration_id.lower():
                message = (
                    f"Resource {configuration_id} is referencing public IP address {public} that is already allocated "
                    f"to resource {name}."
                )
                raise refused("PublicIPAddressInUse", message)

    def _require(self, request: ArmRequest, owner: ResourceId, wanted: ResourceId, location: str) -> None:
        action = f"{self.type}/write"
        require(self.cloud, request, owner=owner, wanted=wanted, location=location, action=action)

    def _taken(self, owner: ResourceId) -> dict[str, dict[str, str]]:
        """Private addresses by network: each with the configuration that has it, the owner's own left out."""
        taken: dict[str, dict[str, str]] = {}
        for name, properties in configurations(self.cloud):
            subnet_id = reference(properties.get("subnet"))
            if subnet_id is not None and subnet_id.parent and not name.lower().startswith(f"{owner.key}/"):
                taken.setdefault(subnet_id.parent.key, {})[properties["privateIPAddress"]] = name
        return taken

    def _address(
        self,
        configuration_id: str,
        given: dict[str, Any],
        known: dict[str, Any],
        subnet_id: ResourceId,
        taken: dict[str, str],
    ) -> str:
        """The private address: the client's, the one it had, or the next free one of the subnet."""
        subnet = find_subnet(self.cloud, subnet_id) or {"properties": {}}
        prefix = subnet_prefixes(subnet["properties"], subnet_id)[0]
        if str(given.get("privateIPAllocationMethod") or "Dynamic").lower() == "static":
            address = str(given.get("privateIPAddress", ""))
            check_static(address, prefix, taken, configuration_id)
            return address
        kept = known.get("privateIPAddress")
        if kept and reference(known.get("subnet")) == subnet_id and kept not in taken:
            return str(kept)
        return free_address(prefix, taken, subnet_id)

    def answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The interface; once a machine uses it, with a hardware address."""
        properties = body["properties"]
        if not properties.get("virtualMachine"):
            return body
        digest = hashlib.sha256(properties["resourceGuid"].encode()).hexdigest().upper()
        hardware = "-".join(["60", "45", "BD", digest[0:2], digest[2:4], digest[4:6]])
        return body | {"properties": {**properties, "primary": True, "macAddress": hardware}}

    def refuse_delete(self, document: Document) -> None:
        """An interface of a machine stays (recorded)."""
        machine = reference(document.body["properties"].get("virtualMachine"))
        if machine is not None:
            message = (
                f"Network Interface {document.id} is used by existing resource {machine}. In order to delete the "
                "network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic."
            )
            raise refused("NicInUse", message)


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    """A reference as it is answered: the id, and whether its target goes when the machine goes (recorded)."""
    option = (given.get("properties") or {}).get("deleteOption")
    return {"id": given.get("id"), **({"properties": {"deleteOption": option}} if option else {})}


def _accelerated(given: dict[str, Any], api_version: str) -> dict[str, bool]:
    """What was given; where nothing was, versions of 2019 and 2020 say false and others nothing (recorded)."""
    wanted = given.get("enableAcceleratedNetworking")
    silent = wanted is None and not "2019" <= api_version < "2021"
    return {} if silent else {"enableAcceleratedNetworking": bool(wanted)}


def _properties(given: dict[str, Any], *, primary: bool) -> dict[str, Any]:
    kept = {name: _kept(given[name]) for name in ("publicIPAddress", "subnet") if given.get(name)}
    return {
        "provisioningState": "",
        "privateIPAllocationMethod": str(given.get("privateIPAllocationMethod") or "Dynamic").capitalize(),
        **kept,
        **({"primary": True} if primary else {}),
        "privateIPAddressVersion": given.get("privateIPAddressVersion") or "IPv4",
    }


def _short(guid: str) -> str:
    return hashlib.sha256(guid.encode()).hexdigest()[:26]
