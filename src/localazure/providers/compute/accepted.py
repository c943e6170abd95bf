"""Compute's long-running operations: which URLs they are asked about at, and what those answer (recorded shapes)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud

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
    return cloud.long_running.accept(
        request,
        work,
        status=status,
        body=body,
        status_path=path,
        result_path=f"{path}?monitor=true" if monitor else None,
    )


def operations(cloud: Cloud) -> list[Operation]:
    """The status URLs, one for each family of resources."""

    def status(request: ArmRequest) -> ArmResponse:
        return _status(cloud, request)

    return [
        Operation(
            operation_id=f"LocalCloud_Get{kind[0].upper()}{kind[1:]}",
            method="GET",
            path="/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/"
            f"{kind}/{{operationId}}",
            action=f"Microsoft.Compute/locations/{kind}/read",
            handler=status,
        )
        for kind in KINDS
    ]


def _status(cloud: Cloud, request: ArmRequest) -> ArmResponse:
    operation_id = request.parameters["operationId"]
    record = cloud.long_running.record(operation_id)
    if record is None:
        raise ArmError(404, "NotFound", f"The operation '{operation_id}' was not found.")
    if request.query.get("monitor") != "true":
        document = cloud.long_running.status_document(record)
        document.pop("id", None)
        return ArmResponse(body=document)
    if record["status"] == "InProgress":
        return ArmResponse(status=202, headers={"Retry-After": str(cloud.long_running.retry_after_s)})
    if record["status"] == "Succeeded":
        return ArmResponse(status=200, body=record.get("result"))
    return ArmResponse(status=int(record.get("error_status", 409)), body={"error": record.get("error")})
