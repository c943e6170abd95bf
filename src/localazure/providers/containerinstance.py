"""Microsoft.ContainerInstance: the container groups that image builds run in, read only, and their live logs."""

from __future__ import annotations

from localazure.arm.errors import ArmError, resource_not_found
from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.store import Document

TYPE = "Microsoft.ContainerInstance/containerGroups"
MOST_LIVE_BYTES = 4 * 1024 * 1024  # what the service keeps of a running container's log
_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{resourceGroupName}}/providers/{TYPE}"
_ONE = f"{_GROUP}/{{containerGroupName}}"
_LOGS = f"{_ONE}/containers/{{containerName}}/logs"


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    groups = ContainerGroups(cloud)
    rows = (
        ("ContainerGroups_List", f"{_SUBSCRIPTION}/providers/{TYPE}", "read", groups.list_all),
        ("ContainerGroups_ListByResourceGroup", _GROUP, "read", groups.list_by_group),
        ("ContainerGroups_Get", _ONE, "read", groups.get),
        ("Containers_ListLogs", _LOGS, "containers/logs/read", groups.logs),
    )
    return [
        Operation(operation_id=name, method="GET", path=path, action=f"{TYPE}/{action}", handler=handler)
        for name, path, action, handler in rows
    ]


class ContainerGroups:
    """Reads what builds have written into the store."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def list_all(self, request: ArmRequest) -> ArmResponse:
        """The container groups of a subscription."""
        return self._listed(ResourceId(f"/subscriptions/{request.parameters['subscriptionId']}"))

    def list_by_group(self, request: ArmRequest) -> ArmResponse:
        """The container groups of a resource group."""
        return self._listed(request.resource_id.group_id)

    def get(self, request: ArmRequest) -> ArmResponse:
        """One container group."""
        return ArmResponse(body=self._found(request.resource_id).body)

    def logs(self, request: ArmRequest) -> ArmResponse:
        """The log of a container so far; `tail` asks for its last lines only."""
        group = self._found(ResourceId("/".join(request.resource_id.segments[:-3])))
        wanted = request.parameters["containerName"]
        if wanted not in [container["name"] for container in group.body["properties"]["containers"]]:
            message = f"The container '{wanted}' is not found in container group '{group.id.name}'."
            raise ArmError(404, "ContainerNotFound", message)
        text = self._live_log(group)
        lines = text.splitlines(keepends=True)
        tail = request.query.get("tail", "")
        return ArmResponse(body={"content": "".join(lines[-int(tail) :]) if tail.isdigit() and int(tail) else text})

    def _live_log(self, group: Document) -> str:
        place = group.internal["log"]
        found = self._cloud.store.get_blob(place["account"], place["container"], place["name"])
        return found.content[-MOST_LIVE_BYTES:].decode(errors="replace") if found else ""

    def _listed(self, scope: ResourceId) -> ArmResponse:
        return ArmResponse(body={"value": [found.body for found in self._cloud.store.under(scope, TYPE)]})

    def _found(self, group_id: ResourceId) -> Document:
        found = self._cloud.store.get(group_id)
        if found is None:
            raise resource_not_found(group_id)
        return found
