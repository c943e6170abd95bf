"""Image templates: submitted, read, listed. A template that is there cannot be submitted again."""

from __future__ import annotations

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.imagebuilder import identities, rendering, sources, states, system_data, validation
from localazure.providers.imagebuilder.accepted import accept
from localazure.providers.imagebuilder.shapes import TEMPLATE
from localazure.providers.imagebuilder.submission import Submission
from localazure.providers.imagebuilder.unmarshalling import unmarshal

TYPE = rendering.TYPE
CANNOT_UPDATE = "Update/Upgrade of image templates is currently not supported"


class Templates:
    """The operations that submit and read templates."""

    def __init__(self, cloud: Cloud, submission: Submission) -> None:
        self._cloud = cloud
        self._submission = submission

    def put(self, request: ArmRequest) -> ArmResponse:
        """Submit a template: 201 and a long-running operation."""
        template_id = request.resource_id
        template = unmarshal(request.body, TEMPLATE, api_version=request.api_version)
        with self._cloud.store.transaction():
            if self._cloud.store.get(template_id) is not None:
                raise ArmError(409, "Conflict", CANNOT_UPDATE)
            validation.check_template(template_id.name, template, request.api_version)
            sources.check_platform(self._cloud, template["properties"]["source"])
            identities.check_assignable(self._cloud, request, template.get("identity") or {})
            document = rendering.composed(template_id, template)
            document["systemData"] = system_data.written(request.principal, self._cloud.clock.now())
            self._cloud.store.put(template_id, document)
        accepted = self._cloud.clock.now()
        return accept(
            self._cloud,
            request,
            lambda: self._submission.carry_out(template_id, accepted),
            location=document["location"],
            status=201,
            body=rendering.rendered(document, api_version=request.api_version),
        )

    def get(self, request: ArmRequest) -> ArmResponse:
        """One template."""
        known = states.require(self._cloud, request.resource_id)
        return ArmResponse(body=rendering.rendered(known.body, api_version=request.api_version))

    def list_by_group(self, request: ArmRequest) -> ArmResponse:
        """The templates of a resource group."""
        return self._listed(request, request.resource_id.group_id)

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The templates of a subscription."""
        return self._listed(request, ResourceId(f"/subscriptions/{request.resource_id.subscription_id}"))

    def _listed(self, request: ArmRequest, scope: ResourceId) -> ArmResponse:
        found = self._cloud.store.under(scope, TYPE)
        return ArmResponse(
            body={"value": [rendering.rendered(known.body, api_version=request.api_version) for known in found]}
        )
