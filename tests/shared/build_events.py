"""Events of a build, made from the published samples or from scratch, in both schemas."""

import json
from typing import Any

from fake_wire import SUBSCRIPTION

TEMPLATE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images/providers"
    "/Microsoft.VirtualMachineImages/imageTemplates/web-0123456789ab"
)
DEFINITION = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/golden/images/web"
)
VERSION = f"{DEFINITION}/versions/1.2.3"
RUN_OPERATION = "Microsoft.VirtualMachineImages/imageTemplates/run/action"
VERSION_OPERATION = "Microsoft.Compute/galleries/images/versions/write"


def run_event(outcome: str = "Success", *, subject: str = TEMPLATE, event_id: str = "run-1") -> dict[str, Any]:
    """The end of a run, in Event Grid's schema."""
    return _event(f"Microsoft.Resources.ResourceAction{outcome}", subject, RUN_OPERATION, event_id)


def version_event(outcome: str = "Success", *, subject: str = VERSION, event_id: str = "version-1") -> dict[str, Any]:
    """A write of a version, in Event Grid's schema."""
    return _event(f"Microsoft.Resources.ResourceWrite{outcome}", subject, VERSION_OPERATION, event_id)


def as_cloud_event(event: dict[str, Any]) -> dict[str, Any]:
    """The same event in CloudEvents 1.0, as the published samples of both show it."""
    return {
        "source": event["topic"],
        "subject": event["subject"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "id": event["id"],
        "data": event["data"],
        "specversion": "1.0",
    }


def about(sample: dict[str, Any], subject: str, operation: str) -> dict[str, Any]:
    """A published sample, spoken of another resource and operation; everything else stays."""
    data = {**sample["data"], "resourceUri": subject, "operationName": operation}
    return {**sample, "subject": subject, "data": data}


def text(event: object) -> str:
    """As it travels."""
    return json.dumps(event)


def _event(kind: str, subject: str, operation: str, event_id: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "eventType": kind,
        "eventTime": "2026-11-21T12:00:00.1234567Z",
        "id": event_id,
        "data": {
            "claims": {"name": "A Person", "ipaddr": "192.0.2.7"},
            "correlationId": "c0ffee00-0000-4000-8000-000000000001",
            "resourceUri": subject,
            "operationName": operation,
            "status": "Succeeded",
        },
        "dataVersion": "2",
        "metadataVersion": "1",
        "topic": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-images",
    }
