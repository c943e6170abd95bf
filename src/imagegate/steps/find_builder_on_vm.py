"""Find the builder's identity among those of the build VM, where customizers could act as it."""

from collections.abc import Mapping
from typing import Any

from imagegate.model.template_source import BodyPath
from imagegate.settings import AzureSettings

_ON_VM = ("properties", "vmProfile", "userAssignedIdentities")
_AS_WHOM = ("identity", "userAssignedIdentities")


def find_builder_on_vm(body: Mapping[str, Any], azure: AzureSettings) -> list[BodyPath]:
    """The places in the template's body that give the build VM an identity that Image Builder acts as.

    That is whatever the template names as its own identity, and the builder of either side.
    """
    groups = (azure.resource_group, azure.pull_request_resource_group)
    own = _member(body, _AS_WHOM)[1]
    builders = [*(azure.builder_id(group).text for group in groups), *(own if isinstance(own, Mapping) else ())]
    refused = {_plain(builder) for builder in builders}
    path, on_vm = _member(body, _ON_VM)
    named = enumerate(on_vm) if isinstance(on_vm, list) else ()
    return [(*path, index) for index, identity in named if _plain(identity) in refused]


def _member(value: object, names: tuple[str, ...]) -> tuple[BodyPath, object]:
    """The member at a path and the path as it is spelled: Azure compares names without case."""
    path: list[str] = []
    for name in names:
        keys = value if isinstance(value, Mapping) else {}
        found = next((key for key in keys if key.lower() == name.lower()), name)
        path.append(found)
        value = keys.get(found)
    return tuple(path), value


def _plain(resource_id: object) -> str:
    return str(resource_id).strip("/").lower()
