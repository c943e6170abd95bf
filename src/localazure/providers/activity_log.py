"""Microsoft.Insights' activity log: who wrote what. Kept in memory: a restart forgets it, as Azure would not."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from localazure.arm.messages import ArmRequest, ArmResponse
from localazure.arm.operation_table import Operation
from localazure.clock import timestamp
from localazure.cloud import Cloud
from localazure.long_running import Ending

_ACTION = "Microsoft.Insights/eventtypes/values/read"
_MOST_ENTRIES = 1000
_WRITES = {"PUT": "write", "PATCH": "write", "DELETE": "delete"}
_CONDITION = re.compile(r"(\w+) (eq|ge|le) '([^']*)'")


class ActivityLog:
    """Hears of every write that ended; asks for the right at what the filter names, and not at the subscription."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._entries: deque[dict[str, Any]] = deque(maxlen=_MOST_ENTRIES)
        cloud.long_running.listeners.append(self._on_ending)

    def list_entries(self, request: ArmRequest) -> ArmResponse:
        """The entries that the filter wants, newest first."""
        filters = [(name, value) for name, _, value in _CONDITION.findall(request.query.get("$filter", ""))]
        conditions = dict(filters)
        subscription = f"/subscriptions/{request.parameters['subscriptionId']}"
        group = conditions.get("resourceGroupName")
        scope = conditions.get("resourceUri") or (f"{subscription}/resourceGroups/{group}" if group else subscription)
        self._cloud.authorize(request.principal, _ACTION, scope)
        since = next((value for name, value in filters if name == "eventTimestamp"), "")
        prefix = scope.lower()
        value = [
            entry
            for entry in reversed(self._entries)
            if str(entry["eventTimestamp"]) >= since and str(entry["resourceId"]).lower().startswith(prefix)
        ]
        return ArmResponse(body={"value": value})

    def _on_ending(self, ending: Ending) -> None:
        request = ending.request
        if request.method not in _WRITES:
            return
        operation = f"{request.resource_id.type}/{_WRITES[request.method]}"
        self._entries.append(
            {
                "eventTimestamp": timestamp(self._cloud.clock.now()),
                "caller": request.principal.object_id,
                "resourceId": request.resource_id.text,
                "operationName": {"value": operation, "localizedValue": operation},
                "status": {"value": ending.status, "localizedValue": ending.status},
                "correlationId": request.correlation_id,
            }
        )


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [
        Operation(
            operation_id="ActivityLogs_List",
            method="GET",
            path="/subscriptions/{subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values",
            action="",  # asked for at what the filter names
            handler=ActivityLog(cloud).list_entries,
        )
    ]
