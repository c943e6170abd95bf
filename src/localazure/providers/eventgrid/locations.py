"""Where Event Grid's long-running operations are asked about."""

from __future__ import annotations

_PROVIDER = "/subscriptions/{subscriptionId}/providers/Microsoft.EventGrid/locations/{location}"
STATUS_PATH = _PROVIDER + "/operationsStatus/{id}"
RESULT_PATH = _PROVIDER + "/operationResults/{id}"


def status_path(subscription_id: str, location: str = "global") -> str:
    """The path of an operation's status; `{id}` is filled in by whoever accepts the operation."""
    return STATUS_PATH.replace("{subscriptionId}", subscription_id).replace("{location}", location)


def result_path(subscription_id: str, location: str = "global") -> str:
    """The path of an operation's result; as above."""
    return RESULT_PATH.replace("{subscriptionId}", subscription_id).replace("{location}", location)
