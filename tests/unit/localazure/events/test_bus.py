"""Events on their way to a subscriber: retries, limits, dead letters."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from cloud_bench import RG, SUBSCRIPTION, Bench
from listener import PATIENCE_S, Delivered, Listener, listening
from localazure.events.bus import EventBus
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA
from localazure.events.wire import Wire
from localazure.store import Blob

_TOPIC = f"{RG}/providers/Microsoft.EventGrid/systemTopics/group"
_HOOK = f"{_TOPIC}/eventSubscriptions/hook"
_IDENTITY = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/someone"
_LETTERS = {
    "endpointType": "StorageBlob",
    "properties": {
        "resourceId": f"{RG}/providers/Microsoft.Storage/storageAccounts/letters",
        "blobContainerName": "dead",
    },
}


@dataclass
class Subscriber:
    """The endpoint, and the bus that serves it."""

    listener: Listener
    subscribe: Callable[..., EventBus]
    bus: EventBus | None = None

    def __call__(self, **properties: Any) -> None:  # noqa: ANN401 - any JSON
        """Subscribe."""
        self.bus = self.subscribe(**properties)

    def next(self) -> Delivered:
        """The next delivery, once the bus has its answer and has drawn its conclusion."""
        found = self.listener.next()
        assert self.bus is not None
        assert self.bus.rest(PATIENCE_S)
        return found

    @property
    def quiet(self) -> bool:
        """Whether nothing has come since."""
        return self.listener.quiet


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The endpoint."""
    with listening() as found:
        yield found


@pytest.fixture
def subscribed(bench: Bench, listener: Listener) -> Iterator[Subscriber]:
    """Subscribe the endpoint to the writes of the group; a bus delivers from then on, without randomness."""
    with ExitStack() as stack:

        def subscribe(*, speed: float = 1, **properties: Any) -> EventBus:  # noqa: ANN401 - any JSON
            bench.cloud.store.put(_TOPIC, {"properties": {"source": RG}})
            given = {
                "destination": {"endpointType": "WebHook", "properties": {}},
                "filter": {"includedEventTypes": ["Microsoft.Resources.ResourceWriteSuccess"]},
                **properties,
            }
            bench.cloud.store.put(_HOOK, {"properties": given}, internal={"endpointUrl": listener.url})
            bus = stack.enter_context(EventBus(bench.cloud, Wire(), speed=speed, jitter=lambda: 1.0))
            bench.clock.rests.append(lambda: bus.rest(0))
            return bus

        yield Subscriber(listener, subscribe)


def _write(bench: Bench) -> None:
    bench.settled("PUT", _IDENTITY, {"location": "westeurope"})


def _letter(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """Waits for the next dead letter."""
    letters: queue.Queue[Blob] = queue.Queue()
    monkeypatch.setattr(bench.cloud.store, "put_blob", letters.put)

    def wait() -> dict[str, Any]:
        blob = letters.get(timeout=PATIENCE_S)
        assert (blob.account, blob.container) == ("letters", "dead")
        assert blob.name.startswith("HOOK/2026/11/22/")
        (event,) = json.loads(blob.content)
        return dict(event)

    return wait


@pytest.mark.parametrize(
    ("schema", "media_type"),
    [(EVENT_GRID_SCHEMA, "application/json"), (CLOUD_EVENT_SCHEMA, "application/cloudevents+json")],
)
def test_event_arrives_in_the_schema_asked_for(
    bench: Bench, listener: Listener, subscribed: Subscriber, schema: str, media_type: str
) -> None:
    """An array of one in Event Grid's schema, one object in CloudEvents; the headers name subscription and attempt."""
    subscribed(eventDeliverySchema=schema)

    _write(bench)

    found = subscribed.next()
    assert found.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert found.headers["aeg-event-type"] == "Notification"
    assert found.headers["aeg-subscription-name"] == "HOOK"
    assert found.headers["aeg-delivery-count"] == "0"
    event = found.body if schema == CLOUD_EVENT_SCHEMA else found.body[0]
    assert event["subject"] == _IDENTITY
    assert found.path == "/hook?secret=1"


def test_what_the_filter_holds_back_does_not_arrive(bench: Bench, listener: Listener, subscribed: Subscriber) -> None:
    """Deletions are not asked for; the write after them is the first to come."""
    _write(bench)
    subscribed()

    bench.settled("DELETE", _IDENTITY)
    _write(bench)

    assert subscribed.next().body[0]["eventType"] == "Microsoft.Resources.ResourceWriteSuccess"
    assert subscribed.quiet


def test_failed_delivery_comes_again_on_schedule(bench: Bench, listener: Listener, subscribed: Subscriber) -> None:
    """After 10 s and again after 30 s on the cloud's clock, with the same id, until it is taken."""
    listener.answers = [500, 503, 200]
    subscribed()
    _write(bench)

    first = subscribed.next()
    bench.clock.let_pass(seconds=9)
    assert subscribed.quiet
    bench.clock.let_pass(seconds=1)
    second = subscribed.next()
    bench.clock.let_pass(seconds=30)
    third = subscribed.next()

    assert [found.headers["aeg-delivery-count"] for found in (first, second, third)] == ["0", "1", "2"]
    assert len({found.body[0]["id"] for found in (first, second, third)}) == 1
    bench.clock.let_pass(days=2)
    assert subscribed.quiet


def test_last_attempt_leads_to_a_dead_letter(
    bench: Bench, listener: Listener, subscribed: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the attempts are used up the event lies in the container five minutes later, with what became of it."""
    listener.answers = [500]
    wait = _letter(bench, monkeypatch)
    subscribed(retryPolicy={"maxDeliveryAttempts": 2}, deadLetterDestination=_LETTERS)
    _write(bench)

    subscribed.next()
    bench.clock.let_pass(seconds=10)
    subscribed.next()
    bench.clock.let_pass(minutes=5)

    letter = wait()
    assert letter["deadLetterReason"] == "MaxDeliveryAttemptsExceeded"
    assert letter["deliveryAttempts"] == 2
    assert letter["lastDeliveryOutcome"] == "InternalServerError"
    assert letter["subject"] == _IDENTITY


def test_bad_request_is_not_tried_again(
    bench: Bench, listener: Listener, subscribed: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint that calls the event bad gets it once."""
    listener.answers = [400]
    wait = _letter(bench, monkeypatch)
    subscribed(deadLetterDestination=_LETTERS)
    _write(bench)

    subscribed.next()
    bench.clock.let_pass(minutes=5)

    assert wait()["lastDeliveryOutcome"] == "BadRequest"
    assert subscribed.quiet


def test_time_to_live_ends_it(
    bench: Bench, listener: Listener, subscribed: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that would come after the event's time is not made."""
    listener.answers = [404]  # five minutes at least
    wait = _letter(bench, monkeypatch)
    subscribed(retryPolicy={"eventTimeToLiveInMinutes": 4}, deadLetterDestination=_LETTERS)
    _write(bench)

    subscribed.next()
    bench.clock.let_pass(minutes=5)

    assert wait()["deadLetterReason"] == "TimeToLiveExceeded"


def test_removed_subscription_gets_nothing_more(bench: Bench, listener: Listener, subscribed: Subscriber) -> None:
    """A retry asks first whether anybody still wants it."""
    listener.answers = [500]
    subscribed()
    _write(bench)
    subscribed.next()

    bench.cloud.store.delete(_HOOK)
    bench.clock.let_pass(days=1)
    bench.cloud.store.put(_HOOK, {"properties": {"destination": {"endpointType": "StorageQueue"}}})

    assert subscribed.quiet


def test_waits_can_be_made_short(bench: Bench, listener: Listener, subscribed: Subscriber) -> None:
    """With speed 10 the first retry comes after a second."""
    listener.answers = [500, 200]
    subscribed(speed=10)
    _write(bench)

    subscribed.next()
    bench.clock.let_pass(seconds=1)

    assert subscribed.next().headers["aeg-delivery-count"] == "1"


def test_subscription_at_the_subscription_hears_of_every_group(
    bench: Bench, listener: Listener, subscribed: Subscriber
) -> None:
    """A topic of the whole subscription gets the events of its groups, under its own name."""
    bench.cloud.store.put(_TOPIC, {"properties": {"source": SUBSCRIPTION}})
    subscribed()
    bench.cloud.store.put(_TOPIC, {"properties": {"source": SUBSCRIPTION.upper()}})

    _write(bench)

    assert subscribed.next().body[0]["topic"] == SUBSCRIPTION


def test_expired_subscription_gets_nothing(bench: Bench, listener: Listener, subscribed: Subscriber) -> None:
    """From its expiration on a subscription is as good as none."""
    subscribed(expirationTimeUtc="2026-11-22T02:00:00Z")
    _write(bench)
    subscribed.next()

    bench.clock.let_pass(hours=1)
    _write(bench)
    bench.settled("DELETE", _IDENTITY)

    assert subscribed.quiet
