"""Microsoft.EventGrid: system topics, custom topics and event subscriptions, as resources."""

from __future__ import annotations

from localazure.arm.operation_table import Operation
from localazure.cloud import Cloud
from localazure.operation_endpoints import result_operation, status_operation
from localazure.providers.eventgrid import topic_types
from localazure.providers.eventgrid.event_subscriptions import EventSubscriptions
from localazure.providers.eventgrid.locations import RESULT_PATH, STATUS_PATH
from localazure.providers.eventgrid.system_topics import SystemTopics
from localazure.providers.eventgrid.topics import Topics


def operations(cloud: Cloud) -> list[Operation]:
    """What is served."""
    return [
        *SystemTopics(cloud).operations(),
        *Topics(cloud).operations(),
        *topic_types.operations(),
        *EventSubscriptions(cloud).operations(),
        status_operation(cloud, operation_id="EventGrid_OperationStatus", path=STATUS_PATH),
        result_operation(cloud, operation_id="EventGrid_OperationResult", path=RESULT_PATH, empty_status=200),
    ]
