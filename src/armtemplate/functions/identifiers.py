"""Resource id functions: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource."""

from typing import Any

from armtemplate.errors import ExpressionError
from armtemplate.expressions import Call
from armtemplate.frames import Frame
from armtemplate.json_types import Value
from armtemplate.resource_ids import provider_path
from armtemplate.values import text_argument


def resource_id(_call: Call, frame: Frame, *parts: Value) -> str:
    """The id of a resource in the deployment's scope, or in the subscription and group that stand before the type."""
    scope = frame.scope
    before, path = _located(parts)
    if scope.kind == "resourceGroup":
        if len(before) > 2:
            raise _too_many_before(before)
        subscription = before[0] if len(before) == 2 else scope.subscription_id
        group = before[-1] if before else scope.resource_group
        return f"/subscriptions/{subscription}/resourceGroups/{group}{path}"
    if scope.kind == "subscription" and len(before) < 2:
        return _at_subscription(before[0] if before else scope.subscription_id, path)
    if len(before) == 2:  # above resource group scope the full form still names a resource in a group
        return f"/subscriptions/{before[0]}/resourceGroups/{before[1]}{path}"
    if before:
        raise _too_many_before(before)
    return path


def subscription_resource_id(_call: Call, frame: Frame, *parts: Value) -> str:
    """The id of a resource at a subscription."""
    before, path = _located(parts)
    if len(before) > 1:
        raise _too_many_before(before)
    return _at_subscription(before[0] if before else frame.scope.subscription_id, path)


def management_group_resource_id(_call: Call, frame: Frame, *parts: Value) -> str:
    """The id of a resource at a management group."""
    before, path = _located(parts)
    if len(before) > 1:
        raise _too_many_before(before)
    group = before[0] if before else frame.scope.management_group
    return f"/providers/Microsoft.Management/managementGroups/{group}{path}"


def tenant_resource_id(*parts: Value) -> str:
    """The id of a resource at the tenant."""
    before, path = _located(parts)
    if before:
        raise _too_many_before(before)
    return path


def extension_resource_id(*parts: Value) -> str:
    """The id of a resource on another resource."""
    base = text_argument(parts[0], "the id that is extended")
    if not base.startswith("/"):
        raise ExpressionError(f"the id that is extended must start with '/', and is '{base}'")
    before, path = _located(parts[1:])
    if before:
        raise ExpressionError(
            f"the second argument must be a resource type such as 'Microsoft.Authorization/locks', and is '{before[0]}'"
        )
    return base.rstrip("/") + path


def _located(parts: tuple[Any, ...]) -> tuple[list[str], str]:
    """What stands before the type, and the `/providers/…` path of type and names."""
    texts = [text_argument(part, "every argument") for part in parts]
    place = next((at for at, text in enumerate(texts) if "/" in text), None)
    if place is None:
        raise ExpressionError("one argument must be a resource type such as 'Microsoft.Compute/virtualMachines'")
    return texts[:place], provider_path(texts[place].rstrip("/"), texts[place + 1 :])


def _at_subscription(subscription: str, path: str) -> str:
    """An id at a subscription; a resource group's own has no provider in it."""
    parts = path.split("/")
    if len(parts) == 5 and f"{parts[2]}/{parts[3]}".lower() == "microsoft.resources/resourcegroups":
        return f"/subscriptions/{subscription}/resourceGroups/{parts[4]}"
    return f"/subscriptions/{subscription}{path}"


def _too_many_before(before: list[str]) -> ExpressionError:
    listed = ", ".join(f"'{text}'" for text in before)
    return ExpressionError(f"the resource type must come earlier; {listed} stand before it")
