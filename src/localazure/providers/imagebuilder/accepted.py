"""Image Builder's long-running operations: one URL at subscription scope, in both headers (recorded)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.operation_endpoints import status_operation

_NAMESPACE = "Microsoft.VirtualMachineImages"


def accept(
    cloud: Cloud,
    request: ArmRequest,
    work: Callable[[], Any],
    *,
    location: str,
    status: int,
    body: Any = None,  # noqa: ANN401 - any JSON
) -> ArmResponse:
    """Start `work`. Answers without a body carry Location too; it names the same URL, which always answers 200."""
    subscription = ResourceId(request.path).subscription_id
    path = f"/subscriptions/{subscription}/providers/{_NAMESPACE}/locations/{location}/operations/{{id}}"
    result_path = path if body is None else None
    return cloud.long_running.accept(request, work, status=status, body=body, status_path=path, result_path=result_path)


def operations(cloud: Cloud) -> list[Operation]:
    """The status URL. Names are printed in upper case (recorded)."""
    path = f"/subscriptions/{{subscriptionId}}/providers/{_NAMESPACE}/locations/{{location}}/operations/{{id}}"
    status = status_operation(
        cloud,
        operation_id="LocalCloud_GetImageBuilderOperation",
        path=path,
        action=f"{_NAMESPACE}/locations/operations/read",
    )

    def answer(request: ArmRequest) -> ArmResponse:
        response = status.handler(replace(request, parameters=_lowered(request)))
        document = {name: value for name, value in response.body.items() if name != "id"}
        return replace(response, body={**document, "name": str(document["name"]).upper()})

    return [replace(status, handler=answer)]


def _lowered(request: ArmRequest) -> dict[str, str]:
    return {**request.parameters, "id": request.parameters["id"].lower()}
