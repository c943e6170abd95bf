"""The handshake: an endpoint has to agree before it gets events. The Functions trigger and queues need none.

Source: Event Grid documentation, "Webhook event delivery" and "Troubleshoot subscription validations"; CloudEvents HTTP
webhook, section 4.1. Not served: the manual handshake by visiting the validation URL.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from localazure.clock import timestamp
from localazure.events.endpoints import shown
from localazure.events.event import CLOUD_EVENT_SCHEMA
from localazure.events.wire import Wire

_ORIGIN = "eventgrid.azure.net"


class HandshakeFailed(Exception):  # noqa: N818 - the name says what happened
    """The endpoint did not agree; the message is Event Grid's."""


def shake_hands(wire: Wire, *, url: str, schema: str, topic: str, subscription: str, now: datetime) -> None:
    """Ask an endpoint for its consent.

    Raises:
        HandshakeFailed: it did not answer, or not as it should.
    """
    if schema == CLOUD_EVENT_SCHEMA:
        outcome, answer = wire.options(url, {"WebHook-Request-Origin": _ORIGIN})
        allowed = {origin.strip().lower() for origin in answer.get("webhook-allowed-origin", "").split(",")}
        if outcome not in {"OK", "NoContent"} or not allowed & {_ORIGIN, "*"}:
            raise HandshakeFailed(_message(url, "OPTIONS", outcome, "esvalidationcloudevent", now))
        return
    code = str(uuid.uuid4())
    event = {
        "id": str(uuid.uuid4()),
        "topic": topic,
        "subject": "",
        "data": {"validationCode": code},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": timestamp(now),
        "metadataVersion": "1",
        "dataVersion": "2",
    }
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "aeg-event-type": "SubscriptionValidation",
        "aeg-subscription-name": subscription.upper(),
        "aeg-delivery-count": "0",
        "aeg-data-version": "2",
        "aeg-metadata-version": "1",
    }
    outcome, text = wire.post(url, [event], headers)
    if outcome != "OK" or _echoed(text) != code:
        raise HandshakeFailed(_message(url, "POST", outcome, "esvalidation", now))


def _echoed(text: str) -> str:
    try:
        body = json.loads(text)
    except ValueError:
        return ""
    found = {str(name).lower(): value for name, value in body.items()} if isinstance(body, dict) else {}
    return str(found.get("validationresponse", ""))


def _message(url: str, method: str, outcome: str, page: str, now: datetime) -> str:
    moment = f"{now.month}/{now.day}/{now.year} {now:%I:%M:%S %p} (UTC)"
    return (
        f"Webhook validation handshake failed for {shown(url)}. Http {method} request failed with response code "
        f"{outcome}. For troublehooting, visit https://aka.ms/{page}. Activity id:{uuid.uuid4()}, timestamp: {moment}."
    )
