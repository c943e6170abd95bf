"""Network interfaces that a machine's PUT describes instead of naming: made through Network as the same caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud

_DEFAULT_API = "2023-11-01"


def described(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`networkProfile.networkInterfaceConfigurations`; empty when the machine names its interfaces."""
    return list((properties.get("networkProfile") or {}).get("networkInterfaceConfigurations") or ())


def create(cloud: Cloud, request: ArmRequest, properties: Mapping[str, Any], *, location: str) -> list[dict[str, Any]]:
    """Make what is described and return references as a machine names them; a refusal leaves nothing behind."""
    maker = _Maker(cloud, request, location=location, api_version=_api_version(properties))
    try:
        return [maker.interface(entry) for entry in described(properties)]
    except ArmError:
        maker.undo()
        raise


class _Maker:
    def __init__(self, cloud: Cloud, request: ArmRequest, *, location: str, api_version: str) -> None:
        self._cloud = cloud
        self._request = request
        self._location = location
        self._api_version = api_version
        self._made: list[ResourceId] = []

    def interface(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An interface with its public IPs; a reference to it."""
        given = entry.get("properties") or {}
        configurations = [self._configuration(configuration) for configuration in given.get("ipConfigurations") or ()]
        kept = ("networkSecurityGroup", "enableAcceleratedNetworking", "enableIPForwarding", "dnsSettings")
        properties = {name: given[name] for name in kept if given.get(name) is not None}
        body = {"location": self._location, "properties": {**properties, "ipConfigurations": configurations}}
        interface_id = self._put("networkInterfaces", str(entry.get("name", "")), body)
        shown = {name: given[name] for name in ("primary", "deleteOption") if given.get(name) is not None}
        return {"id": interface_id.text, **({"properties": shown} if shown else {})}

    def undo(self) -> None:
        """Take away what was made so far, the last first."""
        for made in reversed(self._made):
            response = self._cloud.call("DELETE", made, principal=self._cloud.platform, api_version=self._api_version)
            self._cloud.complete(response)

    def _configuration(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        given = configuration.get("properties") or {}
        properties = {name: given[name] for name in ("primary", "subnet") if given.get(name) is not None}
        wanted = given.get("publicIPAddressConfiguration")
        if wanted:
            asked = wanted.get("properties") or {}
            address = {name: value for name, value in asked.items() if name != "deleteOption"}
            body = {"location": self._location, "sku": wanted.get("sku") or {"name": "Standard"}, "properties": address}
            address_id = self._put("publicIPAddresses", str(wanted.get("name", "")), body)
            option = {"properties": {"deleteOption": asked["deleteOption"]}} if asked.get("deleteOption") else {}
            properties["publicIPAddress"] = {"id": address_id.text, **option}
        return {"name": configuration.get("name", "primary"), "properties": properties}

    def _put(self, kind: str, name: str, body: dict[str, Any]) -> ResourceId:
        group = self._request.resource_id.group_id
        resource_id = ResourceId(f"{group}/providers/Microsoft.Network/{kind}/{name}")
        if not name or self._cloud.store.get(resource_id) is not None:
            message = f"The name '{name}' in networkInterfaceConfigurations is missing or taken: {resource_id}."
            raise ArmError(409, "Conflict", message, target="networkInterfaceConfigurations")
        response = self._cloud.call(
            "PUT",
            resource_id,
            principal=self._request.principal,
            api_version=self._api_version,
            body=body,
            correlation_id=self._request.correlation_id,
        )
        if response.status >= 400:
            error = (response.body or {}).get("error", {})
            raise ArmError(response.status, str(error.get("code", "BadRequest")), str(error.get("message", "")))
        self._made.append(resource_id)
        self._cloud.complete(response)
        return resource_id


def _api_version(properties: Mapping[str, Any]) -> str:
    return str((properties.get("networkProfile") or {}).get("networkApiVersion") or _DEFAULT_API)
