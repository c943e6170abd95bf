"""Deployments and their operations as documents: the shapes that Resource Manager answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localazure.arm.resource_id import ResourceId
from localazure.clock import timestamp
from localazure.providers.resources.deployments.submission import Submission

if TYPE_CHECKING:
    from armtemplate import Output, Resource

DEPLOYMENT_TYPE = "Microsoft.Resources/deployments"
_TYPES = {name.lower(): name for name in ("String", "SecureString", "Int", "Bool", "Object", "SecureObject", "Array")}


def document(submission: Submission, *, state: str, moment: datetime, correlation_id: str) -> dict[str, Any]:
    """A deployment that was just accepted (or validated)."""
    deployed = [resource for resource in submission.deployment.resources if resource.deployed]
    properties = {
        "templateHash": template_hash(submission.template),
        "parameters": _parameters(submission),
        "mode": submission.mode,
        "provisioningState": state,
        "timestamp": timestamp(moment),
        "duration": "PT0S",
        "correlationId": correlation_id,
        "providers": _providers(deployed),
        "dependencies": _dependencies(deployed),
        **({"onErrorDeployment": submission.on_error} if submission.on_error else {}),
    }
    body: dict[str, Any] = {"id": submission.id.text, "name": submission.id.name, "type": DEPLOYMENT_TYPE}
    if submission.location:
        body["location"] = submission.location
    if submission.tags:
        body["tags"] = submission.tags
    return body | {"properties": properties}


def template_hash(template: Mapping[str, Any]) -> str:
    """Equal templates have equal hashes, a decimal number of up to 20 digits."""
    canonical = json.dumps(template, sort_keys=True, separators=(",", ":"))
    return str(int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:8]))


def outputs(values: Mapping[str, Output]) -> dict[str, Any]:
    """Outputs as the deployment answers them: names begin in lower case, secrets have no value."""
    return {
        name[:1].lower() + name[1:]: {"type": type_name(output.type)}
        | ({} if output.secure or "secure" in output.type.lower() else {"value": output.value})
        for name, output in values.items()
        if output.condition is not False
    }


def type_name(text: str) -> str:
    """`string` is answered as `String`."""
    return _TYPES.get(text.lower(), text)


def duration(elapsed: timedelta) -> str:
    """ISO 8601, as `PT1M22.0928074S`."""
    minutes, seconds = divmod(elapsed.total_seconds(), 60)
    return f"PT{int(minutes)}M{seconds:.7f}S" if minutes else f"PT{seconds:.7f}S"


def operation(
    deployment_id: ResourceId,
    resource: Resource,
    *,
    status: int,
    body: dict[str, Any] | None,
    moment: datetime,
    elapsed: timedelta,
) -> dict[str, Any]:
    """One line of a deployment's `operations`. `body` is the refusal, or None for what went well."""
    name = hashlib.sha256(resource.id.lower().encode()).hexdigest()[:16].upper()
    path = deployment_id.text.replace("/providers/Microsoft.Resources/deployments/", "/deployments/")
    properties = {
        "provisioningOperation": "Create",
        "provisioningState": "Failed" if body is not None else "Succeeded",
        "timestamp": timestamp(moment),
        "duration": duration(elapsed),
        "statusCode": HTTPStatus(status).phrase.replace(" ", ""),
        "targetResource": target(resource),
    }
    if body is not None:
        properties["statusMessage"] = body
    return {"id": f"{path}/operations/{name}", "operationId": name, "properties": properties}


def failure(status: int, body: Mapping[str, Any]) -> dict[str, str]:
    """A failed resource in a deployment's error: the status's name, and the service's answer as indented JSON text."""
    text = json.dumps(body, indent=2).replace("\n", "\r\n")
    return {"code": HTTPStatus(status).phrase.replace(" ", ""), "message": text}


def target(resource: Resource) -> dict[str, str]:
    """How a deployment names a resource."""
    return {"id": resource.id, "resourceType": resource.type, "resourceName": resource.name}


def _parameters(submission: Submission) -> dict[str, Any]:
    declared = submission.template.get("parameters") or {}
    values = {name.lower(): value for name, value in submission.deployment.parameters.items()}
    answered: dict[str, Any] = {}
    for name, declaration in declared.items():
        kind = type_name(str(declaration.get("type", "object")))
        answered[name] = {"type": kind}
        if "secure" not in kind.lower() and _is_plain(values.get(name.lower())):
            answered[name]["value"] = values.get(name.lower())
    return answered


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - any value of a template
    from armtemplate.unknown import first_unknown

    return first_unknown(value) is None


def _providers(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, list[str | None]]] = {}
    for resource in resources:
        namespace, _, kind = resource.type.partition("/")
        location = resource.body.get("location")
        locations = found.setdefault(namespace, {}).setdefault(kind, [])
        wanted = location if isinstance(location, str) else None
        if wanted not in locations:
            locations.append(wanted)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [{"resourceType": kind, "locations": places} for kind, places in kinds.items()],
        }
        for namespace, kinds in found.items()
    ]


def _dependencies(resources: list[Resource]) -> list[dict[str, Any]]:
    by_id = {resource.id.lower(): resource for resource in resources}
    return [
        {
            "dependsOn": [target(by_id[name.lower()]) for name in resource.depends_on if name.lower() in by_id],
            **target(resource),
        }
        for resource in resources
        if any(name.lower() in by_id for name in resource.depends_on)
    ]
