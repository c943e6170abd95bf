"""Topic types: what the system topics of this cloud can be about (recorded)."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation

_ALL = "/providers/Microsoft.EventGrid/topicTypes"
_SCHEMA = (
    "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/specification/eventgrid/data-plane/"
    "Microsoft.Resources/stable/2018-01-01/Resources.json"
)
_GROUP = "/subscriptions/<subscriptionId>/resourceGroups/<resourceGroupName>"
_TYPES = {
    "Microsoft.Resources.Subscriptions": (
        "Azure Subscriptions",
        "Resource management events under an Azure subscription",
        "/subscriptions/<subscriptionId>",
    ),
    "Microsoft.Resources.ResourceGroups": (
        "Resource Groups",
        "Resource management events under a resource group.",
        _GROUP,
    ),
}
_WHEN = {
    "WriteSuccess": "a resource create or update operation succeeds.",
    "WriteFailure": "a resource create or update operation fails.",
    "WriteCancel": "a resource create or update operation is cancelled.",
    "DeleteSuccess": "a resource deletion operation succeeds.",
    "DeleteFailure": "a resource delete operation fails.",
    "DeleteCancel": "a resource delete is cancelled. This happens when template deployment is cancelled.",
    "ActionSuccess": "a resource action operation succeeds.",
    "ActionFailure": "a resource action operation fails.",
    "ActionCancel": "a resource action operation is cancelled.",
}


def operations() -> list[Operation]:
    """TopicTypes_* of the published specification."""
    rows = (
        ("List", _ALL, lambda _: ArmResponse(body={"value": [_document(name) for name in _TYPES]})),
        ("Get", _ALL + "/{topicTypeName}", lambda request: ArmResponse(body=_document(_known(request)))),
        ("ListEventTypes", _ALL + "/{topicTypeName}/eventTypes", _event_types),
    )
    return [
        Operation(operation_id=f"TopicTypes_{name}", method="GET", path=path, action="", handler=handler)
        for name, path, handler in rows
    ]


def _event_types(request: ArmRequest) -> ArmResponse:
    holder = f"{_ALL.lstrip('/')}/{_known(request)}/eventTypes"
    value = []
    for kind, when in _WHEN.items():
        name = f"Microsoft.Resources.Resource{kind}"
        verb = next(word for word in ("Success", "Failure", "Cancel") if kind.endswith(word))
        properties = {
            "displayName": f"Resource {kind.removesuffix(verb)} {verb}",
            "description": f"Raised when {when}",
            "schemaUrl": _SCHEMA,
            "isInDefaultSet": True,
        }
        head = {"id": f"{holder}/{name}", "name": name, "type": "Microsoft.EventGrid/topicTypes/eventTypes"}
        value.append({"properties": properties, **head})
    return ArmResponse(body={"value": value})


def _document(name: str) -> dict[str, Any]:
    shown, description, source = _TYPES[name]
    return {
        "properties": {
            "provider": "Microsoft.Resources",
            "displayName": shown,
            "description": description,
            "resourceRegionType": "GlobalResource",
            "provisioningState": "Succeeded",
            "sourceResourceFormat": source,
        },
        "id": f"{_ALL.lstrip('/')}/{name}",
        "name": name,
        "type": "Microsoft.EventGrid/topicTypes",
    }


def _known(request: ArmRequest) -> str:
    wanted = request.parameters["topicTypeName"]
    for name in _TYPES:
        if name.lower() == wanted.lower():
            return name
    raise ArmError(404, "ResourceNotFound", f"The topic type '{wanted}' could not be found.")
