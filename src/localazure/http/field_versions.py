"""Which fields an api-version knows: an old client is not told of what came later, nor a new one of what is gone.

Taken from recordings of the versions on either side, and from the published specifications where those are silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FieldVersions:
    """A field of a resource type, known to versions from `since` on and before `until`; dates without suffix."""

    type: str
    place: tuple[str, ...]
    since: str = ""
    until: str = "9999"

    def knows(self, api_version: str) -> bool:
        """Whether a version shows the field. Versions are dates, so they sort as text."""
        return self.since <= api_version[:10] < self.until


_INTERFACE = "microsoft.network/networkinterfaces"
_ACCOUNT = "microsoft.storage/storageaccounts"
_DEFAULT_RULE = "microsoft.network/networksecuritygroups/defaultsecurityrules"
_PREFIXES = tuple(
    FieldVersions(type=kind, place=("properties", f"{side}{what}"), since="2017-06-01")
    for kind in (_DEFAULT_RULE, "microsoft.network/networksecuritygroups/securityrules")
    for side in ("source", "destination")
    for what in ("AddressPrefixes", "PortRanges")
)
_ASSIGNMENT = tuple(
    FieldVersions(type="microsoft.authorization/roleassignments", place=("properties", name), since="2020-03-01")
    for name in ("condition", "conditionVersion", "delegatedManagedIdentityResourceId", "description")
)
_MACHINE = "microsoft.compute/virtualmachines"
_LINUX = ("properties", "osProfile", "linuxConfiguration")
_FIELDS = (
    FieldVersions(type=_MACHINE, place=("properties", "timeCreated"), since="2021-11-01"),
    FieldVersions(type=_MACHINE, place=(*_LINUX, "patchSettings"), since="2020-12-01"),
    FieldVersions(type=_MACHINE, place=(*_LINUX, "enableVMAgentPlatformUpdates"), since="2022-11-01"),
    *_ASSIGNMENT,
    *_PREFIXES,
    FieldVersions(type=_INTERFACE, place=("kind",), since="2020-11-01"),
    FieldVersions(type=_INTERFACE, place=("properties", "nicType"), since="2020-03-01"),
    FieldVersions(type=_INTERFACE, place=("properties", "allowPort25Out"), since="2021-05-01"),
    FieldVersions(type=_INTERFACE, place=("properties", "vnetEncryptionSupported"), since="2021-05-01"),
    FieldVersions(
        type="microsoft.network/virtualnetworks", place=("properties", "enableVmProtection"), until="2020-08-01"
    ),
    FieldVersions(
        type="microsoft.network/publicipaddresses", place=("properties", "ddosSettings"), since="2022-05-01"
    ),
    FieldVersions(
        type="microsoft.compute/galleries/images", place=("properties", "architecture"), since="2021-07-01"
    ),
    FieldVersions(type=_ACCOUNT, place=("properties", "keyCreationTime"), since="2021-02-01"),
    FieldVersions(type=_ACCOUNT, place=("properties", "allowBlobPublicAccess"), since="2020-08-01"),
    FieldVersions(type=_ACCOUNT, place=("properties", "minimumTlsVersion"), since="2020-08-01"),
)  # fmt: skip


def of_version(body: Any, api_version: str) -> Any:  # noqa: ANN401 - any JSON
    """An answer as the version knows it; a copy where something is left out."""
    unknown = [entry for entry in _FIELDS if not entry.knows(api_version)]
    return _without(body, unknown) if unknown else body


def _without(body: Any, unknown: list[FieldVersions]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(body, list):
        return [_without(entry, unknown) for entry in body]
    if not isinstance(body, dict):
        return body
    kind = str(body.get("type", "")).lower()
    kept = {name: _without(value, unknown) for name, value in body.items()}
    for entry in unknown:
        if entry.type == kind:
            _remove(kept, entry.place)
    return kept


def _remove(body: dict[str, Any], place: tuple[str, ...]) -> None:
    *parents, name = place
    for parent in parents:
        inner = body.get(parent)
        if not isinstance(inner, dict):
            return
        body = inner
    body.pop(name, None)
