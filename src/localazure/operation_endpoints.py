"""The two kinds of URL under which a client asks about a long-running operation, as operations for any provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.arm.errors import ArmError
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud


def status_operation(
    cloud: Cloud, *, operation_id: str, path: str, action: str = "", running: str = "InProgress", bare: bool = False
) -> Operation:
    """What `Azure-AsyncOperation` names: always 200, with the state in the body.

    Args:
        cloud: whose operations.
        operation_id: the name in the table.
        path: ends with `{id}`, the operation's id.
        action: what role definitions call it; "" for none.
        running: the service's word while it goes on (deployments say Running).
        bare: answer `status` and `error` only, as Network and Resources do.
    """

    def answer(request: ArmRequest) -> ArmResponse:
        record = _record(cloud, request)
        document = cloud.long_running.status_document(record)
        if bare:
            document = {name: document[name] for name in ("status", "error") if name in document}
        if document["status"] == "InProgress":
            document["status"] = running
            return ArmResponse(body=document, headers=cloud.long_running.come_back())
        return ArmResponse(body=document)

    return Operation(operation_id=operation_id, method="GET", path=path, action=action, handler=answer)


def result_operation(
    cloud: Cloud, *, operation_id: str, path: str, action: str = "", empty_status: int = 204
) -> Operation:
    """What `Location` names: 202 while it goes on, then the result (`empty_status` for none) or the error."""

    def answer(request: ArmRequest) -> ArmResponse:
        record = _record(cloud, request)
        if record["status"] == "InProgress":
            url = f"{cloud.arm_endpoint}{request.path}?api-version={request.api_version}"
            extra = "".join(f"&{name}={value}" for name, value in request.query.items())
            headers = {"Location": url + extra, **cloud.long_running.come_back()}
            return ArmResponse(status=202, headers=headers)
        if record["status"] != "Succeeded":
            return ArmResponse(status=_error_status(record), body={"error": record["error"]})
        result = record.get("result")
        return ArmResponse(status=empty_status) if result is None else ArmResponse(body=result)

    return Operation(operation_id=operation_id, method="GET", path=path, action=action, handler=answer)


def _record(cloud: Cloud, request: ArmRequest) -> dict[str, Any]:
    wanted = request.parameters["id"]
    record = cloud.long_running.record(wanted)
    if record is None:
        raise ArmError(404, "OperationNotFound", f"The operation '{wanted}' was not found.")
    return record


def _error_status(record: Mapping[str, Any]) -> int:
    return int(record.get("error_status", 409))
