"""Snapshots: what a build leaves in its staging group for a moment. Read and removed here, made by Image Builder."""

from __future__ import annotations

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import require

TYPE = "Microsoft.Compute/snapshots"
_GROUP = f"/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/{TYPE}"
_PATH = f"{_GROUP}/{{snapshotName}}"


def operations(cloud: Cloud) -> list[Operation]:
    """Snapshots_Get, _ListByResourceGroup and _Delete of the published specification."""

    def get(request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=require(cloud, request.resource_id).body)

    def listed(request: ArmRequest) -> ArmResponse:
        found = cloud.store.under(request.resource_id.group_id, TYPE)
        return ArmResponse(body={"value": [known.body for known in found]})

    def delete(request: ArmRequest) -> ArmResponse:
        known = cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)

        def removed() -> None:
            cloud.store.delete(known.id)

        location = str(known.body["location"])
        return accept(cloud, request, removed, location=location, status=202, kind="DiskOperations", monitor=True)

    rows = (
        ("Get", "GET", _PATH, "read", get),
        ("ListByResourceGroup", "GET", _GROUP, "read", listed),
        ("Delete", "DELETE", _PATH, "delete", delete),
    )
    return [
        Operation(
            operation_id=f"Snapshots_{name}", method=method, path=path, action=f"{TYPE}/{action}", handler=handler
        )
        for name, method, path, action, handler in rows
    ]
