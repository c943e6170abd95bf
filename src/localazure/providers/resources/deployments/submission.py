"""A submitted deployment, read and evaluated: everything that can be wrong before a resource is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localazure.access.built_in_roles import BUILT_IN_ROLES
from localazure.arm.errors import BY_THE_GATEWAY, ArmError
from localazure.arm.locations import LOCATIONS, normalized
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.resources.deployments import rollback
from localazure.providers.resources.deployments.links import LinkedTemplates

if TYPE_CHECKING:
    from armtemplate import Deployment, Fault, Scope, TemplateFaults


class InvalidTemplate(ArmError):  # noqa: N818 - the code's name
    """400 InvalidTemplate: Resource Manager's sentence for the first fault, every fault in `additionalInfo`."""

    def __init__(self, faults: TemplateFaults) -> None:
        first = faults.faults[0]
        place = f" at line '{first.line}' and column '{first.column}'" if first.line else ""
        super().__init__(
            400,
            "InvalidTemplate",
            f"Deployment template validation failed: '{_sentence(first, place)}'.",
            headers=BY_THE_GATEWAY,
        )
        self._faults = faults.faults

    def error(self) -> dict[str, Any]:
        """The error with a TemplateViolation for each fault (recorded shape)."""
        return super().error() | {"additionalInfo": [_violation(fault) for fault in self._faults]}


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One deployment that may start."""

    id: ResourceId
    mode: str
    location: str | None  # above resource group scope
    tags: dict[str, str] | None
    template: dict[str, Any]
    deployment: Deployment
    parameters: dict[str, Any] | None = None  # as given; None for a nested deployment
    on_error: dict[str, str] | None = None  # the deployment that is carried out again when this one fails


def read(cloud: Cloud, request: ArmRequest, deployment_id: ResourceId) -> Submission:
    """Read and evaluate a deployment. Raises what Resource Manager answers for one that it does not take."""
    body = request.body if isinstance(request.body, dict) else {}
    properties = body.get("properties")
    if not isinstance(properties, dict):
        message = "The request content was invalid and could not be deserialized: 'properties' is missing."
        raise ArmError(400, "InvalidRequestContent", message)
    _check_served(properties)
    links = LinkedTemplates(cloud, properties.get("templateLink"))
    template = properties.get("template") or links.template()
    parameters = properties.get("parameters") or links.parameters(properties.get("parametersLink"))
    scope, values = _scope(cloud, request, deployment_id, body.get("location")), _values(parameters)
    return Submission(
        id=deployment_id,
        mode=_mode(properties, deployment_id),
        location=None if deployment_id.resource_group else normalized(str(body["location"])),
        tags=body.get("tags"),
        template=template,
        deployment=_evaluated(template, values, scope, links),
        parameters=values,
        # A validation does not look for the deployment to go back to (recorded).
        on_error=rollback.resolved(cloud, properties, deployment_id) if request.method == "PUT" else None,
    )


def _evaluated(
    template: dict[str, Any], parameters: Mapping[str, Any], scope: Scope, links: LinkedTemplates
) -> Deployment:
    from armtemplate import TemplateFaults, evaluate

    try:
        return evaluate(template, parameters=parameters, scope=scope, resolver=links)
    except TemplateFaults as faults:
        raise InvalidTemplate(faults) from faults


def _check_served(properties: Mapping[str, Any]) -> None:
    level = str((properties.get("debugSetting") or {}).get("detailLevel") or "none")
    if level.lower() != "none":
        message = f"The local cloud does not serve debugSetting of a deployment: detailLevel is '{level}'."
        raise ArmError(501, "NotServedByLocalCloud", message)


def _mode(properties: Mapping[str, Any], deployment_id: ResourceId) -> str:
    mode = str(properties.get("mode", "")).capitalize()
    if mode not in {"Incremental", "Complete"}:
        message = f"The deployment mode '{properties.get('mode')}' is not valid: use Incremental or Complete."
        raise ArmError(400, "InvalidDeploymentMode", message)
    if mode == "Complete" and not deployment_id.resource_group:
        message = "The deployment mode 'Complete' is supported for deployments to a resource group only."
        raise ArmError(400, "InvalidDeploymentMode", message)
    return mode


def _values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    inner = parameters.get("parameters") if "$schema" in parameters else parameters
    values = {}
    for name, given in (inner or {}).items():
        if not isinstance(given, dict) or "value" not in given:
            message = (
                f"The value of deployment parameter '{name}' is missing. The local cloud has no key vault that a "
                "'reference' could name."
            )
            raise ArmError(400, "InvalidDeploymentParameterValue", message)
        values[name] = given["value"]
    return values


def _scope(cloud: Cloud, request: ArmRequest, deployment_id: ResourceId, location: object) -> Scope:
    from armtemplate import Scope

    facts: dict[str, Any] = {
        "subscription_id": deployment_id.subscription_id,
        "tenant_id": cloud.tenant_id,
        "deployment_name": deployment_id.name,
        "utc_now": cloud.clock.now(),
        "environment": _environment(cloud),
        "role_definitions": {role.role_name: role.name for role in BUILT_IN_ROLES},
        "deployer": {"objectId": request.principal.object_id, "tenantId": request.principal.tenant_id},
        "subscription_facts": {"displayName": "Local subscription"},
    }
    if not deployment_id.resource_group:
        return Scope(kind="subscription", location=_required(location), **facts)
    group = cloud.store.get(deployment_id.group_id)
    body: dict[str, Any] = group.body if group else {}
    known = {"tags": body.get("tags") or {}, "properties": body.get("properties")}
    return Scope(
        kind="resourceGroup",
        resource_group=str(body.get("name", deployment_id.resource_group)),
        location=body.get("location"),
        resource_group_facts=known,
        **facts,
    )


def _required(location: object) -> str:
    if not isinstance(location, str) or not location:
        raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
    if normalized(location) not in LOCATIONS:
        message = (
            f"The provided location '{location}' is not available for deployment. List of available regions is "
            f"'{','.join(LOCATIONS)}'."
        )
        raise ArmError(400, "LocationNotAvailableForDeployment", message)
    return normalized(location)


def _environment(cloud: Cloud) -> dict[str, Any]:
    from armtemplate.scope import PUBLIC_CLOUD

    return {
        **PUBLIC_CLOUD,
        "name": "localazure",
        "resourceManager": f"{cloud.arm_endpoint}/",
        "portal": cloud.arm_endpoint,
        "authentication": {
            "loginEndpoint": f"{cloud.arm_endpoint}/",
            "audiences": [cloud.arm_endpoint],
            "tenant": "common",
            "identityProvider": "AAD",
        },
    }


def _sentence(fault: Fault, place: str) -> str:
    """The evaluation's own words; a missing parameter, which everybody meets, in Azure's (recorded)."""
    name = fault.json_path.removeprefix("parameters.")
    if name != fault.json_path and fault.message.startswith(f"the parameter '{name}' has no value"):
        usage = "Please see https://aka.ms/arm-create-parameter-file for usage details."
        return f"The value for the template parameter '{name}'{place} is not provided. {usage}"
    return f"{fault.message}{place}: {fault.json_path}"


def _violation(fault: Fault) -> dict[str, Any]:
    info: dict[str, Any] = {"path": f"properties.template.{fault.json_path}", "message": fault.message}
    if fault.line is not None:
        info |= {"lineNumber": fault.line, "linePosition": fault.column}
    return {"type": "TemplateViolation", "info": info}
