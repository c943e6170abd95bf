"""Scope and deployment functions.

Sources: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-scope and template-
functions-deployment.
"""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.interpreter import make_unknown
from armtemplate.json_types import Value
from armtemplate.session import Session
from armtemplate.unknown import Unknown
from armtemplate.values import member, object_argument

_GROUP_VERSION = "2021-04-01"
_MANAGEMENT_GROUP_TYPE = "Microsoft.Management/managementGroups"


def resource_group(_call: Call, frame: Frame) -> dict[str, Any]:
    """The deployment's resource group; its tags are not known where nobody told anything of it."""
    scope = frame.scope
    if scope.kind != "resourceGroup":
        raise ExpressionError("there is no resource group at this scope; only a deployment to a resource group has one")
    return {
        "id": f"/subscriptions/{scope.subscription_id}/resourceGroups/{scope.resource_group}",
        "name": scope.resource_group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": _location(frame),
        "properties": {"provisioningState": "Succeeded"},
        **(scope.resource_group_facts or {"tags": _tags(frame)}),
    }


def _tags(frame: Frame) -> Unknown:
    group_id = f"/subscriptions/{frame.scope.subscription_id}/resourceGroups/{frame.scope.resource_group}"

    def resume(session: Session) -> Value:
        group = session.answerer().reference(group_id, _GROUP_VERSION, True)
        return member(object_argument(group, "the resource group"), "tags", {})

    return Unknown(
        reason=f"the tags of the resource group '{frame.scope.resource_group}'",
        render=lambda: f"reference('{group_id}', '{_GROUP_VERSION}', 'Full').tags",
        resume=resume,
    )


def _location(frame: Frame) -> Value:
    """The group's location; for another group than the deployment's own, a reference that Azure has to answer."""
    if frame.scope.location is not None:
        return frame.scope.location
    group_id = f"/subscriptions/{frame.scope.subscription_id}/resourceGroups/{frame.scope.resource_group}"

    def resume(session: Session) -> Value:
        group = session.answerer().reference(group_id, _GROUP_VERSION, True)
        return member(object_argument(group, "the resource group"), "location")

    return Unknown(
        reason=f"the location of the resource group '{frame.scope.resource_group}'",
        render=lambda: f"reference('{group_id}', '{_GROUP_VERSION}', 'Full').location",
        resume=resume,
    )


def subscription(_call: Call, frame: Frame) -> dict[str, Any]:
    """The deployment's subscription."""
    scope = frame.scope
    if scope.kind not in ("resourceGroup", "subscription"):
        raise ExpressionError("there is no subscription at this scope")
    return {
        "id": f"/subscriptions/{scope.subscription_id}",
        "subscriptionId": scope.subscription_id,
        "tenantId": scope.tenant_id,
        "displayName": "subscription",
    } | dict(scope.subscription_facts)


def management_group(_call: Call, frame: Frame) -> dict[str, Any]:
    """The deployment's management group."""
    scope = frame.scope
    if scope.kind != "managementGroup":
        raise ExpressionError(
            "there is no management group at this scope; only a deployment to a management group has one"
        )
    return {
        "id": f"/providers/{_MANAGEMENT_GROUP_TYPE}/{scope.management_group}",
        "name": scope.management_group,
        "type": f"/providers/{_MANAGEMENT_GROUP_TYPE}",
        "properties": {"tenantId": scope.tenant_id, "displayName": scope.management_group},
    } | dict(scope.management_group_facts)


def tenant(_call: Call, frame: Frame) -> dict[str, Any]:
    """The user's tenant."""
    tenant_id = frame.scope.tenant_id
    return {"id": f"/tenants/{tenant_id}", "tenantId": tenant_id} | dict(frame.scope.tenant_facts)


def deployment(_call: Call, frame: Frame) -> dict[str, Any]:
    """The running deployment: name, location above resource group scope, and its properties."""
    scope = frame.scope
    described: dict[str, Any] = {"name": scope.deployment_name}
    if scope.kind != "resourceGroup":
        described["location"] = scope.location
    properties = {
        "template": {},
        "templateHash": Unknown(
            reason="the hash that Azure gives the template", render=lambda: "deployment().properties.templateHash"
        ),
        "parameters": {},
        "mode": "Incremental",
        "provisioningState": "Accepted",
    }
    if scope.template_link is not None:
        properties["templateLink"] = dict(scope.template_link)
    return described | {"properties": properties | dict(frame.deployment)}


def environment(_call: Call, frame: Frame) -> dict[str, Any]:
    """The cloud's endpoints and suffixes."""
    return dict(frame.scope.environment)


def deployer(call: Call, frame: Frame) -> Value:
    """The principal that deploys."""
    if frame.scope.deployer is None:
        return make_unknown(call, frame, "who deploys")
    return {"tenantId": frame.scope.tenant_id} | dict(frame.scope.deployer)
