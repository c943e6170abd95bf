"""Snapshots: copies of disks, made by clients or left in a staging group by a build for a moment."""

from __future__ import annotations

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.providers.compute import disk_creation
from localazure.providers.compute.accepted import accept
from localazure.providers.compute.documents import object_body, require

TYPE = "Microsoft.Compute/snapshots"
_GROUP = f"/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/{TYPE}"
_PATH = f"{_GROUP}/{{snapshotName}}"


def operations(cloud: Cloud) -> list[Operation]:
    """Snapshots_* of the published specification. Access is never granted here, so revoking it always ends well."""

    def get(request: ArmRequest) -> ArmResponse:
        return ArmResponse(body=require(cloud, request.resource_id).body)

    def listed(request: ArmRequest) -> ArmResponse:
        found = cloud.store.under(request.resource_id.group_id, TYPE)
        return ArmResponse(body={"value": [known.body for known in found]})

    def listed_all(request: ArmRequest) -> ArmResponse:
        found = cloud.store.under(f"/subscriptions/{request.resource_id.subscription_id}", TYPE)
        return ArmResponse(body={"value": [known.body for known in found]})

    def patch(request: ArmRequest) -> ArmResponse:
        known, body = require(cloud, request.resource_id), object_body(request)
        return ArmResponse(body=cloud.store.put(known.id, disk_creation.changed(known.body, body)).body)

    def revoke(request: ArmRequest) -> ArmResponse:
        known = require(cloud, request.target_id)
        location = str(known.body["location"])
        return accept(cloud, request, lambda: None, location=location, status=202, kind="DiskOperations", monitor=True)

    def delete(request: ArmRequest) -> ArmResponse:
        known = cloud.store.get(request.resource_id)
        if known is None:
            return ArmResponse(status=204)

        def removed() -> None:
            cloud.store.delete(known.id)

        location = str(known.body["location"])
        return accept(cloud, request, removed, location=location, status=202, kind="DiskOperations", monitor=True)

    rows = (
        ("CreateOrUpdate", "PUT", _PATH, "write", lambda request: disk_creation.put(cloud, request, TYPE)),
        ("Update", "PATCH", _PATH, "write", patch),
        ("List", "GET", f"/subscriptions/{{subscriptionId}}/providers/{TYPE}", "read", listed_all),
        ("RevokeAccess", "POST", f"{_PATH}/endGetAccess", "endGetAccess/action", revoke),
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
