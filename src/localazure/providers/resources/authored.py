"""A stored resource as a template would say it: without what the service adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXPORT_VERSION = "2024-03-01"  # what this cloud serves does not differ by version

_ENVELOPE = ("kind", "location", "tags", "sku", "plan", "identity", "zones")
# Properties that services write and refuse or ignore from clients (`readOnly` in azure-rest-api-specs).
_READ_ONLY = {
    "clientid", "creationtime", "customerid", "defaultsecurityrules", "diskstate", "endpoint", "etag",
    "exactstagingresourcegroup", "keycreationtime", "lastrunstatus", "macaddress",
    "primaryendpoints", "primarylocation", "principalid", "privateendpointconnections",
    "provisioningerror", "provisioningstate", "resourceguid", "services", "statusofprimary", "tenantid", "tier",
    "timecreated", "uniqueid", "virtualmachine", "vmid",
}  # fmt: skip


def authored(body: Mapping[str, Any]) -> dict[str, Any]:
    """The members that a client may write, empty ones left out. `location` is the short name."""
    kept: dict[str, Any] = {name: _written(body[name]) for name in _ENVELOPE if body.get(name)}
    if identity := kept.get("identity"):
        kept["identity"] = {"type": body["identity"].get("type"), **_assigned(identity, body["identity"])}
    kept["properties"] = _written(body.get("properties") or {})
    return kept


def identified(resource_id: str, kind: str, name: str, api_version: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A resource as what-if shows it: its members in the order of the alphabet."""
    whole = {"apiVersion": api_version, "id": resource_id, "name": name, "type": kind, **body}
    return {member: whole[member] for member in sorted(whole)}


def _assigned(identity: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    names = body.get("userAssignedIdentities") or {}
    return {"userAssignedIdentities": {name: {} for name in names}} if names and identity else {}


def _written(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_written(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    own = "etag" in value  # a nested resource of its own: its id and type follow from its place
    inner = {
        name: _written(found)
        for name, found in value.items()
        if name.lower() not in _READ_ONLY and not (own and name in {"id", "type"})
    }
    return {name: found for name, found in inner.items() if found not in (None, [], {})}
