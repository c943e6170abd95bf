"""What a deployment would change, told without changing anything.

Source: Azure Resource Manager documentation, "What-if deployment operation"; shapes as recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from localazure.arm.errors import ArmError
from localazure.arm.locations import normalized
from localazure.arm.messages import ArmRequest
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.providers.resources.authored import EXPORT_VERSION, authored, identified
from localazure.providers.resources.contents import is_tracked
from localazure.providers.resources.deployments.property_changes import changes, merged
from localazure.providers.resources.deployments.submission import Submission, read

if TYPE_CHECKING:
    from armtemplate import Resource

_FORMATS = {"fullresourcepayloads", "resourceidonly"}


def check_settings(request: ArmRequest) -> bool:
    """Whether whole resources are wanted. Raises 400 for a format that there is not."""
    properties = (request.body if isinstance(request.body, dict) else {}).get("properties") or {}
    wanted = str((properties.get("whatIfSettings") or {}).get("resultFormat") or "FullResourcePayloads")
    if wanted.lower() not in _FORMATS:
        message = f"The what-if result format '{wanted}' is not valid: use FullResourcePayloads or ResourceIdOnly."
        raise ArmError(400, "InvalidRequestContent", message)
    return wanted.lower() == "fullresourcepayloads"


def outcome(cloud: Cloud, request: ArmRequest, deployment_id: ResourceId, *, whole: bool) -> dict[str, Any]:
    """The result of the operation: a template that is at fault is told in it, with status Failed."""
    try:
        submission = read(cloud, request, deployment_id)
        found = _predicted(cloud, request, submission)
    except ArmError as error:
        return {"status": "Failed", "error": error.error()}
    told = found if whole else [_bare(change) for change in found]
    return {"status": "Succeeded", "properties": {"correlationId": request.correlation_id, "changes": told}}


def _predicted(cloud: Cloud, request: ArmRequest, submission: Submission) -> list[dict[str, Any]]:
    resources = list(submission.deployment.deployed_resources())
    found = [_change(cloud, request, resource) for resource in resources]
    if submission.id.resource_group:
        found += _others(cloud, submission, resources)
    return sorted(found, key=lambda change: str(change["resourceId"]).lower())


def _change(cloud: Cloud, request: ArmRequest, resource: Resource) -> dict[str, Any]:
    version = resource.api_version or EXPORT_VERSION
    if "[" in resource.id:
        reason = "The resource's id cannot be calculated until the template is deployed."
        return {"resourceId": resource.id, "changeType": "Unsupported", "unsupportedReason": reason}
    wanted = _plain(resource.body)
    if isinstance(wanted.get("location"), str):
        wanted["location"] = normalized(wanted["location"])
    answer = cloud.call("GET", resource.id, principal=request.principal, api_version=version)
    if answer.status == 404 or not isinstance(answer.body, dict):
        after = identified(resource.id, resource.type, resource.name, version, wanted)
        return {"resourceId": resource.id, "changeType": "Create", "after": after}
    if answer.status >= 400:
        error = answer.body["error"]
        raise ArmError(answer.status, error["code"], error["message"])
    known = ResourceId(str(answer.body.get("id") or resource.id))
    there = authored(answer.body)
    result = merged(there, wanted) | ({"tags": wanted["tags"]} if "tags" in wanted else {})
    if "tags" not in wanted:
        result.pop("tags", None)  # a write replaces all tags
    before = identified(known.text, known.type, _name(known), version, there)
    after = identified(known.text, known.type, _name(known), version, result)
    delta = changes(before, after)
    change = {"resourceId": known.text, "changeType": "Modify" if delta else "NoChange", "before": before}
    return {**change, "after": after, **({"delta": delta} if delta else {})}


def _others(cloud: Cloud, submission: Submission, resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """What lies in the group and not in the template: left alone, or deleted in Complete mode."""
    named = [resource.id.lower() for resource in resources]
    found = []
    for document in cloud.store.under(submission.id.group_id):
        key = document.id.key
        if not is_tracked(document) or any(key == name or name.startswith(f"{key}/") for name in named):
            continue
        state = identified(
            document.id.text, document.id.type, _name(document.id), EXPORT_VERSION, authored(document.body)
        )
        if submission.mode == "Complete":
            found.append({"resourceId": document.id.text, "changeType": "Delete", "before": state})
        else:
            found.append({"resourceId": document.id.text, "changeType": "Ignore", "before": state, "after": state})
    return found


def _bare(change: Mapping[str, Any]) -> dict[str, Any]:
    kind = "Deploy" if change["changeType"] in {"Modify", "NoChange"} else change["changeType"]
    reason = {"unsupportedReason": change["unsupportedReason"]} if "unsupportedReason" in change else {}
    return {"resourceId": change["resourceId"], "changeType": kind, **reason}


def _name(resource_id: ResourceId) -> str:
    """All segments of the name, as a template writes it."""
    return "/".join(resource_id.segments[-(resource_id.type.count("/") * 2) :][1::2]) or resource_id.name


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a template
    """JSON, where what is not known yet stands as its expression."""
    from armtemplate import Unknown

    if isinstance(value, Unknown):
        return f"[{value.expression}]"
    if isinstance(value, Mapping):
        return {str(name): _plain(found) for name, found in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value
