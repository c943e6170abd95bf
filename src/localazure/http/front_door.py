"""What Resource Manager itself checks before a provider sees the call: subscription, registration, group, location."""

from __future__ import annotations

from localazure.arm.errors import ArmError, resource_group_not_found
from localazure.arm.locations import LOCATIONS, normalized
from localazure.arm.messages import ArmRequest
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud
from localazure.http.request_bodies import check_body
from localazure.providers.resources.registrations import may_be_used


class FrontDoor:
    """Raises Resource Manager's own refusals. Runs after authorisation, as in Azure."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __call__(self, request: ArmRequest, operation: Operation) -> None:  # noqa: ARG002 - every gate is called alike
        """Let a call through to its provider, or refuse it."""
        check_body(request.body)
        resource_id = request.resource_id
        if not resource_id.subscription_id:
            return
        self._check_subscription(resource_id)
        if not resource_id.resource_group or "providers" not in resource_id.key.split("/"):
            return
        self._check_group(request, resource_id)
        if request.method == "PUT":
            self._check_registration(resource_id)
            self._check_location(request, resource_id)

    def _check_subscription(self, resource_id: ResourceId) -> None:
        if resource_id.subscription_id.lower() != DEFAULT_SUBSCRIPTION_ID:
            message = f"The subscription '{resource_id.subscription_id}' could not be found."
            raise ArmError(404, "SubscriptionNotFound", message)

    def _check_group(self, request: ArmRequest, resource_id: ResourceId) -> None:
        group = self._cloud.store.get(resource_id.group_id)
        if group is None:
            raise resource_group_not_found(resource_id.resource_group)
        if request.method == "PUT" and group.body["properties"]["provisioningState"] == "Deleting":
            message = (
                f"The resource group '{resource_id.resource_group}' is in deprovisioning state and cannot perform "
                "this operation."
            )
            raise ArmError(409, "ResourceGroupBeingDeleted", message)

    def _check_registration(self, resource_id: ResourceId) -> None:
        namespace = resource_id.namespace
        if not may_be_used(self._cloud, namespace):
            message = (
                f"The subscription is not registered to use namespace '{namespace}'. See "
                "https://aka.ms/rps-not-found for how to register subscriptions."
            )
            code = "MissingSubscriptionRegistration"
            detail = {"code": code, "target": namespace, "message": message}
            raise ArmError(409, code, message, details=[detail])

    def _check_location(self, request: ArmRequest, resource_id: ResourceId) -> None:
        wanted = (request.body or {}).get("location")
        if not isinstance(wanted, str) or resource_id.type.lower() == "microsoft.resources/deployments":
            return
        location = normalized(wanted)
        if location not in LOCATIONS and location != "global":
            raise ArmError(
                400,
                "LocationNotAvailableForResourceType",
                f"The provided location '{wanted}' is not available for resource type '{resource_id.type}'. List of "
                f"available regions for the resource type is '{','.join(LOCATIONS)}'.",
            )
        known = self._cloud.store.get(resource_id)
        there = normalized(str(known.body.get("location", ""))) if known else ""
        if there and there != location:
            raise ArmError(
                409,
                "InvalidResourceLocation",
                f"The resource '{resource_id.name}' already exists in location '{there}' in resource group "
                f"'{resource_id.resource_group}'. A resource with the same name cannot be created in location "
                f"'{location}'. Please select a new resource name.",
            )
