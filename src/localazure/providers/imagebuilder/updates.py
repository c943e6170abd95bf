"""PATCH: tags, identity, distribute and, since 2024-02-01, vmProfile. The rest of a template stays as submitted."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import destinations, identities, rendering, states, system_data, validation
from localazure.providers.imagebuilder.accepted import accept
from localazure.providers.imagebuilder.shapes import UPDATE
from localazure.providers.imagebuilder.templates import CANNOT_UPDATE
from localazure.providers.imagebuilder.unmarshalling import STRICT_SINCE, unmarshal

_PATCHABLE = ("distribute", "vmProfile")


class Updates:
    """The PATCH operation."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def patch(self, request: ArmRequest) -> ArmResponse:
        """Change a template: 202 and a long-running operation; refused while a run is under way."""
        changes = _checked(request)
        with self._cloud.store.transaction():
            known = states.require(self._cloud, request.resource_id)
            if states.provisioning_state(known) not in ("Succeeded", "Failed") or states.is_running(known):
                raise states.not_allowed(known, "write")
            before = states.provisioning_state(known)
            body = self._changed(request, copy.deepcopy(known.body), changes)
            body["systemData"] = system_data.written(
                request.principal, self._cloud.clock.now(), before=body.get("systemData")
            )
            states.set_properties(self._cloud, known.id, provisioningState="Updating")
        return accept(
            self._cloud,
            request,
            lambda: self._carry_out(known.id, body, before),
            location=str(known.body["location"]),
            status=202,
        )

    def _changed(self, request: ArmRequest, body: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        if "tags" in changes:
            body["tags"] = dict(changes["tags"])
        if "identity" in changes:
            body["identity"] = _identity(body.get("identity") or {}, changes["identity"])
            identities.check_assignable(self._cloud, request, changes["identity"])
        given = changes.get("properties") or {}
        if "distribute" in given:
            body["properties"]["distribute"] = _targets(body["properties"]["distribute"], given["distribute"])
            validation.check_distribute(body["properties"]["distribute"])
        if "vmProfile" in given:
            body["properties"]["vmProfile"] = {**body["properties"].get("vmProfile", {}), **given["vmProfile"]}
            validation.check_vm_profile(body["properties"]["vmProfile"])
        return body

    def _carry_out(self, template_id: ResourceId, body: dict[str, Any], before: str) -> None:
        try:
            if (body.get("identity") or {}).get("type") != "None":
                identity = identities.principal_of(self._cloud, body)
                identities.with_ids(self._cloud, body)
                destinations.check(self._cloud, body["properties"], identity)
        except ArmError:
            states.set_properties(self._cloud, template_id, provisioningState=before)
            raise
        body["properties"]["provisioningState"] = before
        self._cloud.store.put(template_id, body)


def _checked(request: ArmRequest) -> dict[str, Any]:
    properties = (request.body or {}).get("properties") if isinstance(request.body, dict) else None
    refused = [name for name in properties or () if name not in _PATCHABLE]
    if refused:
        raise ArmError(409, "Conflict", CANNOT_UPDATE)
    if request.api_version < STRICT_SINCE and "vmProfile" in (properties or {}):
        raise ArmError(409, "Conflict", CANNOT_UPDATE)
    return unmarshal(request.body, UPDATE, api_version=request.api_version)


def _identity(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Identities given are added, those given as null are taken off, `None` takes off all."""
    if given.get("type") == "None":
        return {"type": "None"}
    merged = {**(known.get("userAssignedIdentities") or {}), **(given.get("userAssignedIdentities") or {})}
    left = {name: value for name, value in merged.items() if value is not None}
    identity = {"type": "UserAssigned", "userAssignedIdentities": left}
    validation.check_identity({"identity": identity})
    return identity


def _targets(known: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every target that is there has to be named again; a target is known by its run output's name."""
    named = {str(target.get("runOutputName")): target for target in given}
    for target in known:
        if target["runOutputName"] not in named:
            raise ArmError(
                400,
                "ValidationFailed",
                f"Validation failed: Distribute target with Runoutput name {target['runOutputName']} not found in the "
                "update request. Deleting a distribution target is not allowed.",
            )
    validation.check_distribute(given)
    before = {str(target["runOutputName"]): target for target in known}
    return [rendering.merged_target(before.get(str(target["runOutputName"]), {}), target) for target in given]
