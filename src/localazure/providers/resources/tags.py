"""The tags of any scope, read and changed apart from the resource (`Microsoft.Resources/tags/default`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud

# From the tags that are there and the call, to the tags that shall be; None leaves them alone.
Change = Callable[[dict[str, str], ArmRequest], dict[str, str] | None]

_PATH = "/{+scope}/providers/Microsoft.Resources/tags/default"
_ACTION = "Microsoft.Resources/tags"


class Tags:
    """Serves tags at a scope. The subscription's own are kept beside it, all others are the resource's."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def operations(self) -> list[Operation]:
        """What is served."""
        served: list[tuple[str, str, str, Change]] = [
            ("Tags_GetAtScope", "GET", "read", _unchanged),
            ("Tags_CreateOrUpdateAtScope", "PUT", "write", _replaced),
            ("Tags_UpdateAtScope", "PATCH", "write", _patched),
            ("Tags_DeleteAtScope", "DELETE", "delete", _emptied),
        ]
        return [
            Operation(
                operation_id=operation_id,
                method=method,
                path=_PATH,
                action=f"{_ACTION}/{verb}",
                handler=partial(self._serve, change),
            )
            for operation_id, method, verb, change in served
        ]

    def _serve(self, change: Change, request: ArmRequest) -> ArmResponse:
        scope = ResourceId(request.path[: request.path.lower().index("/providers/microsoft.resources/tags/")])
        changed = change(self._tags(scope), request)
        if changed is not None:
            self._write(scope, changed)
        if request.method == "DELETE":
            return ArmResponse(status=200)
        document = {
            "id": f"{scope}/providers/Microsoft.Resources/tags/default",
            "name": "default",
            "type": "Microsoft.Resources/tags",
            "properties": {"tags": self._tags(scope)},
        }
        return ArmResponse(body=document)

    def _tags(self, scope: ResourceId) -> dict[str, str]:
        document = self._cloud.store.get(_holder(scope))
        if document is None:
            if _holder(scope) != scope:
                return {}
            raise resource_not_found(scope)
        return dict(document.body.get("tags") or {})

    def _write(self, scope: ResourceId, tags: dict[str, str]) -> None:
        holder = _holder(scope)
        if holder != scope:
            self._cloud.store.put(holder, {"tags": tags})
        else:
            self._cloud.store.update(holder, lambda body: body.update(tags=tags))


def _holder(scope: ResourceId) -> ResourceId:
    """The document that has the scope's tags."""
    if scope.resource_group:
        return scope
    return ResourceId(f"{scope}/providers/LocalCloud.Tags/holders/default")


def _unchanged(_tags: dict[str, str], _request: ArmRequest) -> None:
    return None


def _emptied(_tags: dict[str, str], _request: ArmRequest) -> dict[str, str]:
    return {}


def _replaced(_tags: dict[str, str], request: ArmRequest) -> dict[str, str]:
    return _given(request)


def _given(request: ArmRequest) -> dict[str, str]:
    tags = ((request.body or {}).get("properties") or {}).get("tags")
    if not isinstance(tags, dict):
        raise ArmError(400, "InvalidRequestContent", "The request content was invalid: 'properties.tags' is missing.")
    return dict(tags)


def _patched(tags: dict[str, str], request: ArmRequest) -> dict[str, str]:
    given, operation = _given(request), str((request.body or {}).get("operation", "")).lower()
    if operation == "merge":
        return tags | given
    if operation == "replace":
        return given
    if operation == "delete":
        return {name: value for name, value in tags.items() if given.get(name) != value}
    raise ArmError(400, "InvalidTagsPatchOperation", f"The tags patch operation '{operation}' is not supported.")
