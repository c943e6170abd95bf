"""The end of an operation as an event of Resource Manager.

Source: schema and samples of Microsoft.Resources events (Event Grid documentation; azure-rest-api-specs, eventgrid).
"""

from __future__ import annotations

import uuid
from typing import Any

from localazure.access.decisions import covers
from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.events.event import Event
from localazure.long_running import Ending

_KINDS = {"PUT": "Write", "PATCH": "Write", "DELETE": "Delete", "POST": "Action"}
_OUTCOMES = {"Succeeded": "Success", "Failed": "Failure", "Canceled": "Cancel"}


def sources_of(resource_id: ResourceId) -> tuple[ResourceId, ...]:
    """Where the event appears: its resource group, and its subscription."""
    subscription = ResourceId(f"/subscriptions/{resource_id.subscription_id}")
    return (resource_id.group_id, subscription) if resource_id.resource_group else (subscription,)


def subject_of(ending: Ending) -> ResourceId:
    """The resource that an operation was done to: of an action the resource, not the action."""
    request = ending.request
    return request.target_id if request.method == "POST" else request.resource_id


def resource_event(ending: Ending, source: ResourceId, cloud: Cloud) -> Event | None:
    """The event as it appears at a source; None for what Resource Manager tells nobody (reads)."""
    kind = _KINDS.get(ending.request.method)
    if kind is None:
        return None
    subject = subject_of(ending)
    return Event(
        id=str(uuid.uuid4()),
        type=f"Microsoft.Resources.Resource{kind}{_OUTCOMES[ending.status]}",
        subject=subject.text,
        time=timestamp(cloud.clock.now()),
        topic=source.text,
        data=_data(ending, subject, cloud),
        data_version="2",
    )


def _data(ending: Ending, subject: ResourceId, cloud: Cloud) -> dict[str, Any]:
    request = ending.request
    operation = _operation_name(ending, subject)
    return {
        "authorization": {
            "scope": subject.text,
            "action": operation,
            "evidence": _evidence(request.principal.object_id, subject, cloud),
        },
        "claims": {
            "aud": cloud.arm_endpoint,
            "iss": f"{cloud.arm_endpoint}/{cloud.tenant_id}/",
            "appid": request.principal.app_id,
            "appidacr": "1",
            "http://schemas.microsoft.com/identity/claims/objectidentifier": request.principal.object_id,
            "http://schemas.microsoft.com/identity/claims/tenantid": request.principal.tenant_id,
            "ver": "1.0",
        },
        "correlationId": request.correlation_id or str(uuid.uuid4()),
        "httpRequest": {
            "clientRequestId": request.headers.get("x-ms-client-request-id", request.request_id),
            "clientIpAddress": "127.0.0.1",
            "method": request.method,
            "url": f"{cloud.arm_endpoint}{request.path}?api-version={request.api_version}",
        },
        "resourceProvider": subject.namespace,
        "resourceUri": subject.text,
        "operationName": operation,
        "status": ending.status,
        "subscriptionId": subject.subscription_id,
        "tenantId": cloud.tenant_id,
    }


def _operation_name(ending: Ending, subject: ResourceId) -> str:
    match ending.request.method:
        case "DELETE":
            return f"{subject.type}/delete"
        case "POST":
            return f"{subject.type}/{ending.request.resource_id.name}/action"
        case _:
            return f"{subject.type}/write"


def _evidence(object_id: str, subject: ResourceId, cloud: Cloud) -> dict[str, str]:
    """The role assignment that allowed it: the first that covers the resource."""
    for assignment in cloud.decisions.assignments_of(object_id):
        if covers(assignment["scope"], subject.text):
            return {
                "roleAssignmentScope": assignment["scope"],
                "roleDefinitionId": assignment["roleDefinitionId"].rsplit("/", 1)[-1].replace("-", ""),
                "principalId": object_id.replace("-", ""),
                "principalType": assignment.get("principalType", "ServicePrincipal"),
            }
    return {"principalId": object_id.replace("-", ""), "principalType": "ServicePrincipal"}
