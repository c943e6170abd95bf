"""A machine's network interfaces: found in the store, checked, bound to the machine and let go of again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.engine_port import Rule
from localazure.providers.compute import network_rules
from localazure.store import Document


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """What the primary interface gives the machine."""

    private_ip: str
    public_ip: str | None
    rules: tuple[Rule, ...]


def interface_references(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`networkProfile.networkInterfaces`, which has to name at least one."""
    found = (properties.get("networkProfile") or {}).get("networkInterfaces")
    if not isinstance(found, list) or not found:
        message = "Required parameter 'networkProfile' is missing (null)."
        raise ArmError(400, "InvalidParameter", message, target="networkProfile")
    return [_without_nulls(reference) for reference in found]


def _without_nulls(reference: Mapping[str, Any]) -> dict[str, Any]:
    """A reference as it is answered: what a client sent as null is not there (recorded)."""
    given = {name: value for name, value in reference.items() if name != "properties"}
    chosen = {name: value for name, value in (reference.get("properties") or {}).items() if value is not None}
    return {**given, **({"properties": chosen} if chosen else {})}


def require_free(cloud: Cloud, interface_id: str, *, vm_id: ResourceId, location: str) -> Document:
    """The interface of that id; refused when missing, elsewhere, or another machine's."""
    found = cloud.store.get(interface_id)
    if found is None:
        raise ArmError(404, "NotFound", f"Resource {interface_id} not found.", target="networkInterfaces")
    there = normalized(str(found.body.get("location", location)))
    if there != location:
        message = (
            f"The virtual machine '{vm_id}' in '{location}' cannot use the network interface '{found.id}' in '{there}'."
        )
        raise ArmError(400, "InvalidParameter", message, target="networkInterfaces")
    owner = (found.body.get("properties", {}).get("virtualMachine") or {}).get("id")
    if owner and ResourceId(str(owner)) != vm_id:
        message = f"Network Interface {found.id} is used by existing resource {owner}."
        raise ArmError(400, "NicInUse", message, target="networkInterfaces")
    return found


def bind(cloud: Cloud, interface_id: str, vm_id: ResourceId) -> None:
    """Write the machine into the interface, so that Network refuses to delete it."""
    cloud.store.update(interface_id, lambda body: body["properties"].update(virtualMachine={"id": vm_id.text}))


def release(cloud: Cloud, interface_id: str) -> None:
    """Take the machine out of the interface."""
    cloud.store.update(interface_id, lambda body: body["properties"].pop("virtualMachine", None))


def primary(references: list[dict[str, Any]]) -> str:
    """The id of the primary interface: the one that says so, or the first."""
    for reference in references:
        if (reference.get("properties") or {}).get("primary"):
            return str(reference["id"])
    return str(references[0]["id"])


def addresses(cloud: Cloud, interface_id: str) -> Addresses:
    """What the documents of interface, subnet, groups and public IP amount to now."""
    interface = cloud.store.get(interface_id)
    configuration = _primary_configuration(interface.body if interface else {})
    public = _public_ip(cloud, configuration)
    standard = public is None or str((public.get("sku") or {}).get("name", "Basic")).lower() == "standard"
    groups = _security_groups(cloud, interface.body if interface else {}, configuration)
    return Addresses(
        private_ip=str(configuration.get("privateIPAddress", "")),
        public_ip=str(public["properties"]["ipAddress"]) if public and public["properties"].get("ipAddress") else None,
        rules=network_rules.open_ports(groups, standard_ip=standard),
    )


def public_ip_ids(interface: Mapping[str, Any], *, only_deleted_with_it: bool) -> list[str]:
    """The public IPs of an interface's configurations, or only those whose deleteOption is Delete."""
    found = []
    for configuration in interface.get("properties", {}).get("ipConfigurations") or ():
        public = (configuration.get("properties") or {}).get("publicIPAddress") or {}
        option = (public.get("properties") or {}).get("deleteOption") or public.get("deleteOption")
        if public.get("id") and (not only_deleted_with_it or str(option).lower() == "delete"):
            found.append(str(public["id"]))
    return found


def _primary_configuration(interface: Mapping[str, Any]) -> dict[str, Any]:
    configurations = [
        entry.get("properties") or {} for entry in interface.get("properties", {}).get("ipConfigurations") or ()
    ]
    return dict(
        next((entry for entry in configurations if entry.get("primary")), configurations[0] if configurations else {})
    )


def _public_ip(cloud: Cloud, configuration: Mapping[str, Any]) -> dict[str, Any] | None:
    reference = (configuration.get("publicIPAddress") or {}).get("id")
    found = cloud.store.get(str(reference)) if reference else None
    return found.body if found else None


def _security_groups(
    cloud: Cloud, interface: Mapping[str, Any], configuration: Mapping[str, Any]
) -> list[dict[str, Any]]:
    subnet = _subnet(cloud, str((configuration.get("subnet") or {}).get("id", "")))
    references = (
        (subnet.get("networkSecurityGroup") or {}).get("id"),
        (interface.get("properties", {}).get("networkSecurityGroup") or {}).get("id"),
    )
    found = (cloud.store.get(str(reference)) for reference in references if reference)
    return [group.body for group in found if group is not None]


def _subnet(cloud: Cloud, subnet_id: str) -> dict[str, Any]:
    """A subnet's properties, from its own document or from its network's list."""
    if not subnet_id:
        return {}
    own = cloud.store.get(subnet_id)
    if own is not None:
        return dict(own.body.get("properties") or {})
    parsed = ResourceId(subnet_id)
    network = cloud.store.get(parsed.parent) if parsed.parent else None
    for subnet in (network.body["properties"].get("subnets") or ()) if network else ():
        if str(subnet.get("name", "")).lower() == parsed.name.lower():
            return dict(subnet.get("properties") or {})
    return {}
