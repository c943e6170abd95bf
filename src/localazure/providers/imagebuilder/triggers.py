"""Triggers: kept and shown. Nothing here watches source images, so none ever fires."""

from __future__ import annotations

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import states
from localazure.providers.imagebuilder.accepted import accept
from localazure.providers.imagebuilder.rendering import TYPE as TEMPLATE_TYPE
from localazure.providers.imagebuilder.run_status import nanoseconds

TYPE = f"{TEMPLATE_TYPE}/triggers"


class Triggers:
    """The operations on triggers."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def put(self, request: ArmRequest) -> ArmResponse:
        """Keep a trigger of kind SourceImage."""
        trigger_id = request.resource_id
        template = states.require(self._cloud, trigger_id.parent or trigger_id)
        kind = ((request.body or {}).get("properties") or {}).get("kind")
        if kind != "SourceImage":
            message = f"Validation failed: 'Trigger.properties': Field 'kind' has a bad value: '{kind}'."
            raise ArmError(400, "ValidationFailed", message)
        known = self._cloud.store.get(trigger_id)
        body = {
            "properties": {"kind": kind, "provisioningState": "Creating"},
            "id": trigger_id.text.replace("/resourceGroups/", "/resourcegroups/"),
            "name": trigger_id.name,
            "type": TYPE,
        }
        self._cloud.store.put(trigger_id, body)

        def work() -> None:
            now = nanoseconds(self._cloud.clock.now())
            status = {"code": "Healthy", "message": "Trigger is active", "time": now}
            states.set_properties(self._cloud, trigger_id, provisioningState="Succeeded", status=status)

        location = str(template.body["location"])
        return accept(self._cloud, request, work, location=location, status=200 if known else 201, body=body)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One trigger."""
        found = self._cloud.store.get(request.resource_id)
        if found is None:
            raise resource_not_found(request.resource_id)
        return ArmResponse(body=found.body)

    def list_by_template(self, request: ArmRequest) -> ArmResponse:
        """The triggers of a template."""
        template = states.require(self._cloud, request.target_id)
        return ArmResponse(body={"value": [found.body for found in self._cloud.store.under(template.id, TYPE)]})

    def delete(self, request: ArmRequest) -> ArmResponse:
        """Remove a trigger; 204 when there is none."""
        trigger_id = request.resource_id
        template = states.require(self._cloud, trigger_id.parent or trigger_id)
        if self._cloud.store.get(trigger_id) is None:
            return ArmResponse(status=204)

        def work() -> None:
            self._cloud.store.delete(trigger_id)

        return accept(self._cloud, request, work, location=str(template.body["location"]), status=202)
