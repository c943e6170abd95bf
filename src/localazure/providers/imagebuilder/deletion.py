"""Deletion of a template, with its run outputs and its staging group."""

from __future__ import annotations

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import staging, states
from localazure.providers.imagebuilder.accepted import accept


class Deletion:
    """The DELETE operation."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a template; refused while it is being made or runs, 204 when there is none."""
        with self._cloud.store.transaction():
            known = self._cloud.store.get(request.resource_id)
            if known is None:
                return ArmResponse(status=204)
            busy = states.provisioning_state(known) in ("Creating", "Updating", "Deleting")
            if busy or states.is_running(known):
                raise states.not_allowed(known, "delete")
            states.set_properties(self._cloud, known.id, provisioningState="Deleting")
        return accept(
            self._cloud, request, lambda: self._remove(known.id), location=str(known.body["location"]), status=202
        )

    def _remove(self, template_id: ResourceId) -> None:
        template = states.require(self._cloud, template_id)
        if "staging" in template.internal:
            staging.remove(self._cloud, staging.of(template))
        for child in self._cloud.store.under(template_id):
            self._cloud.store.delete(child.id)
        self._cloud.store.delete(template_id)
