"""What Resource Manager checks of a whole deployment before it starts: rights for every resource, namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localazure.arm.errors import ArmError, resource_group_not_found
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import DEFAULT_SUBSCRIPTION_ID, Cloud
from localazure.providers.resources.deployments.submission import Submission
from localazure.providers.resources.registrations import NAMESPACES, Registrations

if TYPE_CHECKING:
    from armtemplate import Resource


def check_rights(cloud: Cloud, request: ArmRequest, submission: Submission) -> None:
    """Raise 403 InvalidTemplateDeployment that names every resource which the caller may not write.

    Where it may, raise 404 for a resource in a group that neither exists nor is made by the deployment itself.
    """
    refused = [
        _refusal(request, resource)
        for resource in submission.deployment.deployed_resources()
        if not cloud.is_allowed(request.principal, f"{resource.type}/write", resource.id)
    ]
    if refused:
        several = (
            "Deployment failed with multiple errors"
            if len(refused) > 1
            else "The template deployment failed with error"
        )
        raise ArmError(403, "InvalidTemplateDeployment", f"{several}: '{':'.join(refused)}'.")
    everything = (*submission.deployment.resources, *submission.deployment.deployed_resources())
    _check_groups(cloud, [ResourceId(resource.id) for resource in everything if resource.deployed])


def _check_groups(cloud: Cloud, resources: list[ResourceId]) -> None:
    made = {resource_id for resource_id in resources if resource_id.type == "Microsoft.Resources/resourceGroups"}
    for resource_id in resources:
        group_id = resource_id.group_id
        if resource_id.resource_group and group_id not in made and cloud.store.get(group_id) is None:
            raise resource_group_not_found(resource_id.resource_group)


def register_namespaces(cloud: Cloud, request: ArmRequest, submission: Submission) -> None:
    """Register what a template uses, where the caller may: a deployment does that by itself, a plain PUT does not."""
    registrations = Registrations(cloud)
    wanted = {ResourceId(resource.id).namespace.lower() for resource in submission.deployment.deployed_resources()}
    for namespace in NAMESPACES:
        if namespace.lower() in wanted and cloud.is_allowed(
            request.principal, f"{namespace}/register/action", f"/subscriptions/{DEFAULT_SUBSCRIPTION_ID}"
        ):
            registrations.register(namespace)


def _refusal(request: ArmRequest, resource: Resource) -> str:
    principal = request.principal
    return (
        f"Authorization failed for template resource '{resource.name}' of type '{resource.type}'. The client "
        f"'{principal.app_id or principal.object_id}' with object id '{principal.object_id}' does not have permission "
        f"to perform action '{resource.type}/write' at scope '{resource.id}'."
    )
