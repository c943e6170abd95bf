"""A template's states, and what each lets one do."""

from __future__ import annotations

from typing import Any

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.store import Document

ACTION = "Microsoft.VirtualMachineImages/imageTemplates"
RUNNING, CANCELING = "Running", "Canceling"
_SERVICE_WORDS = {"Succeeded": "provisioned"}


def require(cloud: Cloud, template_id: ResourceId) -> Document:
    """The template; 404 when there is none."""
    found = cloud.store.get(template_id)
    if found is None:
        raise resource_not_found(template_id)
    return found


def provisioning_state(template: Document) -> str:
    """Creating, Updating, Succeeded, Failed, Deleting."""
    return str(template.body["properties"]["provisioningState"])


def run_state(template: Document) -> str:
    """The last run's state, "" when there never was one."""
    return str((template.body["properties"].get("lastRunStatus") or {}).get("runState", ""))


def is_running(template: Document) -> bool:
    """Whether a run is under way, one that is being cancelled included."""
    return run_state(template) in (RUNNING, CANCELING)


def not_allowed(template: Document, operation: str) -> ArmError:
    """409 in the service's words; `operation` is the action's end (`run/action`, `delete`)."""
    state = provisioning_state(template)
    word = _SERVICE_WORDS.get(state, state.lower())
    run = run_state(template).lower() or "notstarted"
    message = f"Operation {ACTION}/{operation} is not allowed in provisioning state: {word} or run state: {run}."
    return ArmError(409, "OperationNotAllowed", message)


def set_properties(cloud: Cloud, template_id: ResourceId, **values: object) -> None:
    """Change properties of a template; None removes one. Nothing happens when the template is gone."""

    def change(body: dict[str, Any]) -> None:
        for name, value in values.items():
            if value is None:
                body["properties"].pop(name, None)
            else:
                body["properties"][name] = value

    cloud.store.update(template_id, change)


def put_internal(cloud: Cloud, template_id: ResourceId, **values: object) -> None:
    """Change what only the local cloud knows about a template."""
    with cloud.store.transaction():
        known = cloud.store.get(template_id)
        if known is not None:
            cloud.store.put(known.id, known.body, internal={**known.internal, **values})
