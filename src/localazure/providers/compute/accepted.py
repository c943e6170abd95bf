"""Compute's long-running operations: which URLs they are asked about at, and what those answer (recorded shapes)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.operation_endpoints import result_operation, status_operation

Kind = Literal["operations", "capsOperations", "DiskOperations"]
KINDS: tuple[Kind, ...] = ("operations", "capsOperations", "DiskOperations")


def accept(
    cloud: Cloud,
    request: ArmRequest,
    work: Callable[[], Any],
    *,
    location: str,
    status: int,
    body: Any = None,  # noqa: ANN401 - any JSON
    kind: Kind = "operations",
    monitor: bool = False,
) -> ArmResponse:
    """Start `work`; Azure-AsyncOperation always, Location (`monitor=true`) for answers without a body."""
    subscription = ResourceId(request.path).subscription_id
    path = f"/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/{kind}/{{id}}"
    notified = kind == "operations" and (request.api_version >= "2021" or request.method == "DELETE")  # recorded
    return cloud.long_running.accept(
        request,
        work,
        status=status,
        body=body,
        status_path=path,
        result_path=f"{path}?monitor=true" if monitor else None,
        headers={"Azure-AsyncNotification": "Enabled"} if notified else None,
    )


def operations(cloud: Cloud) -> list[Operation]:
    """The status URLs, one for each family of resources."""
    return [operation for kind in KINDS for operation in _urls(cloud, kind)]


def _urls(cloud: Cloud, kind: Kind) -> list[Operation]:
    """Status and result share a path; `monitor=true` tells them apart."""
    name = f"{kind[0].upper()}{kind[1:]}"
    path = f"/subscriptions/{{subscriptionId}}/providers/Microsoft.Compute/locations/{{location}}/{kind}/{{id}}"
    action = f"Microsoft.Compute/locations/{kind}/read"
    status = status_operation(cloud, operation_id=f"LocalCloud_Get{name}", path=path, action=action)
    result = result_operation(
        cloud, operation_id=f"LocalCloud_Get{name}Result", path=path, action=action, empty_status=200
    )

    def answer(request: ArmRequest) -> ArmResponse:
        if request.query.get("monitor") == "true":
            return result.handler(request)
        response = status.handler(request)
        response.body.pop("id", None)
        return response

    return [replace(status, handler=answer)]
