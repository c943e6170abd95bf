"""The body of an event subscription: what may stand in it, and what is filled in.

Source: azure-rest-api-specs, Microsoft.EventGrid 2022-06-15; limits from the Event Grid documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from localazure.arm.errors import ArmError
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA
from localazure.events.filters import OPERATORS
from localazure.providers.eventgrid.resources import Properties, invalid_request

RESOURCE_EVENT_TYPES = [
    f"Microsoft.Resources.Resource{kind}{outcome}"
    for kind in ("Write", "Delete", "Action")
    for outcome in ("Success", "Failure", "Cancel")
]
_MOST_FILTERS = 25
_MOST_VALUES = 25
_LONGEST_VALUE = 512
_NO_VALUES = {"isnullorundefined", "isnotnull"}
_ONE_VALUE = {
    "boolequals",
    "numberlessthan",
    "numberlessthanorequals",
    "numbergreaterthan",
    "numbergreaterthanorequals",
}


def completed(
    given: Properties,
    *,
    topic: str,
    system: bool,
    input_schema: str | None,
    identity: Mapping[str, Any] | None = None,
) -> Properties:
    """The properties of a subscription with every default, or 400.

    Args:
        given: as sent.
        topic: the id of what it observes.
        system: whether Resource Manager's events come from there.
        input_schema: of a custom topic.
        identity: the topic's, with which dead letters may be written.
    """
    filter_ = dict(given.get("filter") or {})
    _check_filters(filter_.get("advancedFilters") or [])
    if not filter_.get("includedEventTypes"):
        filter_["includedEventTypes"] = list(RESOURCE_EVENT_TYPES) if system else None
    filter_.setdefault("subjectBeginsWith", "")
    filter_.setdefault("subjectEndsWith", "")
    return {
        "provisioningState": "Creating",
        "topic": topic,
        "destination": _destination(given.get("destination")),
        "filter": filter_,
        "labels": given.get("labels"),
        "eventDeliverySchema": _schema(given.get("eventDeliverySchema"), input_schema),
        "retryPolicy": _retry_policy(given.get("retryPolicy") or {}),
        **_letters(given, dict(identity or {})),
        **({"expirationTimeUtc": given["expirationTimeUtc"]} if given.get("expirationTimeUtc") else {}),
    }


def _destination(given: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if not isinstance(given, dict) or not given.get("endpointType"):
        raise _invalid("Destination cannot be null.")
    properties = given.get("properties") or {}
    match given["endpointType"]:
        case "WebHook":
            url = str(properties.get("endpointUrl") or "")
            if urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
                raise _invalid(
                    "Supplied URL is invalid. It cannot be null or empty and should be a proper HTTPS URL like "
                    "https://www.example.com."
                )
            base = url.split("?", 1)[0]
            shown = {"endpointUrl": None, "endpointBaseUrl": base, **_batches(properties)}
        case "AzureFunction":
            if not properties.get("resourceId"):
                raise _invalid("Resource id of the Azure Function cannot be null or empty.")
            shown = {"resourceId": properties["resourceId"], **_batches(properties)}
        case "StorageQueue":
            if not properties.get("resourceId") or not properties.get("queueName"):
                raise _invalid("Resource id and queue name of the storage queue cannot be null or empty.")
            shown = dict(properties)
        case other:
            raise _invalid(f"Endpoint type {other} is not served by the local cloud.")
    return {"endpointType": given["endpointType"], "properties": shown}


def _batches(properties: Properties) -> dict[str, int]:
    return {
        "maxEventsPerBatch": int(properties.get("maxEventsPerBatch") or 1),
        "preferredBatchSizeInKilobytes": int(properties.get("preferredBatchSizeInKilobytes") or 64),
    }


def _schema(given: str | None, input_schema: str | None) -> str:
    schema = given or (input_schema or EVENT_GRID_SCHEMA)
    if schema not in {EVENT_GRID_SCHEMA, CLOUD_EVENT_SCHEMA}:
        raise _invalid(f"Event delivery schema {schema} is not served by the local cloud.")
    if input_schema == CLOUD_EVENT_SCHEMA and schema != CLOUD_EVENT_SCHEMA:
        raise _invalid(f"Event delivery schema {schema} is not supported for a topic with input schema {input_schema}.")
    return schema


def _retry_policy(given: Properties) -> dict[str, int]:
    policy = {
        "maxDeliveryAttempts": int(given.get("maxDeliveryAttempts") or 30),
        "eventTimeToLiveInMinutes": int(given.get("eventTimeToLiveInMinutes") or 1440),
    }
    for name, most in (("maxDeliveryAttempts", 30), ("eventTimeToLiveInMinutes", 1440)):
        if not 1 <= policy[name] <= most:
            raise _invalid(f"{name} should be between 1 and {most}.")
    return policy


def _letters(given: Properties, identity: Properties) -> Properties:
    """Both ways in which dead letters may be written: with the account's key, or as one of the topic's identities."""
    own, plain = given.get("deadLetterWithResourceIdentity"), given.get("deadLetterDestination")
    if own is None:
        return {"deadLetterDestination": _dead_letter(plain)}
    if plain is not None:
        raise _invalid("DeadLetterDestination and DeadLetterWithResourceIdentity cannot both be set.")
    asked = own.get("identity") or {}
    wanted = str(asked.get("userAssignedIdentity") or "").lower()
    if wanted not in {name.lower() for name in identity.get("userAssignedIdentities") or {}}:
        raise _invalid(f"The identity {wanted or asked.get('type')} of the dead-lettering is not one of the topic's.")
    destination = _dead_letter(own.get("deadLetterDestination"))
    whole = {"identity": dict(asked), "deadLetterDestination": destination}
    return {"deadLetterDestination": None, "deadLetterWithResourceIdentity": whole}


def _dead_letter(given: Any) -> dict[str, Any] | None:  # noqa: ANN401 - any JSON
    if given is None:
        return None
    properties = given.get("properties") or {}
    named = properties.get("resourceId") and properties.get("blobContainerName")
    if given.get("endpointType") != "StorageBlob" or not named:
        raise _invalid("Dead letter destination needs endpoint type StorageBlob, a resource id and a container name.")
    return {"endpointType": "StorageBlob", "properties": dict(properties)}


def _check_filters(filters: list[Properties]) -> None:
    if len(filters) > _MOST_FILTERS:
        raise _invalid(f"The number of advanced filters cannot exceed {_MOST_FILTERS}.")
    count = 0
    for entry in filters:
        operator = str(entry.get("operatorType", ""))
        if operator.lower() not in OPERATORS:
            raise _invalid(f"Advanced filter operator type '{operator}' is not known.")
        if not entry.get("key"):
            raise _invalid("The key of an advanced filter cannot be null or empty.")
        values = _values(entry, operator)
        if any(isinstance(value, str) and len(value) > _LONGEST_VALUE for value in values):
            raise _invalid(f"A string value of an advanced filter cannot be longer than {_LONGEST_VALUE} characters.")
        count += len(values)
    if count > _MOST_VALUES:
        raise _invalid(f"The number of values of all advanced filters cannot exceed {_MOST_VALUES}.")


def _values(entry: Properties, operator: str) -> list[Any]:
    if operator.lower() in _NO_VALUES:
        return []
    name = "value" if operator.lower() in _ONE_VALUE else "values"
    found = entry.get(name)
    if found is None or (name == "values" and (not isinstance(found, list) or not found)):
        raise _invalid(f"The advanced filter on '{entry['key']}' needs {name} for the operator {operator}.")
    return found if isinstance(found, list) else [found]


def _invalid(message: str) -> ArmError:
    return invalid_request(f"Invalid event subscription request: {message}")
