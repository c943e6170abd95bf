"""Takes events in and sees each one to every subscriber: at least once, in no order, until it arrives or is given up.

What is under way is kept in memory: a restart of the local cloud loses it, which Event Grid would not.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from localazure.arm.resource_id import ResourceId
from localazure.cloud import Cloud
from localazure.events.dead_letters import bury, letter_container
from localazure.events.delivery import DEAD_LETTER_DELAY_S, DELIVERED, Delivery
from localazure.events.endpoints import delivery_url, shown
from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA, Event
from localazure.events.filters import expired, wanted
from localazure.events.resource_events import resource_event, sources_of, subject_of
from localazure.events.subscriptions import subscriptions_of_source, subscriptions_of_topic
from localazure.events.wire import Wire
from localazure.long_running import Ending
from localazure.store import Document

_LOG = logging.getLogger(__name__)
_SENDERS = 8


class EventBus:
    """A context manager: it delivers while entered. `speed` 60 makes a minute of every wait a second."""

    def __init__(
        self, cloud: Cloud, wire: Wire, *, speed: float = 1.0, jitter: Callable[[], float] | None = None
    ) -> None:
        self._cloud = cloud
        self._wire = wire
        self._speed = speed
        self._jitter = jitter or (lambda: random.uniform(1.0, 1.1))  # noqa: S311 - spreads retries, guards nothing
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._under_way = 0
        self._rest = threading.Condition()

    def __enter__(self) -> Self:
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="event-delivery")
        self._thread = threading.Thread(target=self._run, daemon=True, name="event-bus")
        self._thread.start()
        self._cloud.long_running.listeners.append(self.on_ending)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cloud.long_running.listeners.remove(self.on_ending)
        self._stopping = True
        self._wake.set()
        self._thread.join(5)
        self._senders.shutdown(wait=False, cancel_futures=True)
        self._wire.close()

    def on_ending(self, ending: Ending) -> None:
        """An operation has ended: tell those who subscribed to its resource group or subscription."""
        subject = subject_of(ending)
        if not subject.subscription_id:
            return
        for source in sources_of(subject):
            subscriptions = subscriptions_of_source(self._cloud.store, source)
            event = resource_event(ending, source, self._cloud) if subscriptions else None
            if event is not None:
                self._offer(event, subscriptions)

    def publish(self, topic_id: ResourceId, events: list[Event]) -> None:
        """Events came in at a custom topic: tell those who subscribed to it."""
        subscriptions = subscriptions_of_topic(self._cloud.store, topic_id)
        for event in events:
            self._offer(event, subscriptions)

    def rest(self, timeout_s: float) -> bool:
        """Wait until nothing is being sent: every attempt so far has its answer, and its retry its time."""
        with self._rest:
            return self._rest.wait_for(lambda: self._under_way == 0, timeout_s)

    def _offer(self, event: Event, subscriptions: list[Document]) -> None:
        now = self._cloud.clock.now()
        for subscription in subscriptions:
            properties = subscription.body["properties"]
            if not expired(properties, now) and wanted(event, properties.get("filter") or {}):
                self._later(0, Delivery(event=event, subscription_id=subscription.id, published_at=now))

    def _later(self, wait_s: float, delivery: Delivery) -> None:
        self._at(wait_s, lambda: self._attempt(delivery))

    def _at(self, wait_s: float, work: Callable[[], None]) -> None:
        due = self._cloud.clock.now() + timedelta(seconds=wait_s / self._speed)
        with self._lock:
            heapq.heappush(self._due, (due, next(self._order), work))
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            with self._lock:
                now = self._cloud.clock.now()
                ready = []
                while self._due and self._due[0][0] <= now:
                    ready.append(heapq.heappop(self._due)[2])
                wait_s = (self._due[0][0] - now).total_seconds() if self._due else 3600.0
            with self._rest:
                self._under_way += len(ready)
            for work in ready:
                self._senders.submit(self._guarded, work)
            if not ready:
                self._cloud.clock.sleep(wait_s, self._wake)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - a thread's last word
            if not self._stopping:
                _LOG.exception("defect of the local cloud: an event's delivery broke off")
        finally:
            with self._rest:
                self._under_way -= 1
                self._rest.notify_all()

    def _attempt(self, delivery: Delivery) -> None:
        subscription = self._cloud.store.get(delivery.subscription_id)
        if subscription is None:
            return
        properties = subscription.body["properties"]
        outcome = self._post(delivery, subscription)
        now = self._cloud.clock.now()
        tried = replace(delivery, attempts=delivery.attempts + 1, last_outcome=outcome, last_attempt_at=now)
        if outcome in DELIVERED:
            return
        policy = properties.get("retryPolicy") or {}
        wait_s = tried.next_wait_s() * self._jitter()
        reason = tried.over(
            next_at=now + timedelta(seconds=wait_s / self._speed),
            most_attempts=int(policy.get("maxDeliveryAttempts", 30)),
            time_to_live=timedelta(minutes=float(policy.get("eventTimeToLiveInMinutes", 1440)) / self._speed),
        )
        _LOG.info("event %s to %s: %s, attempt %s", tried.event.id, subscription.id.name, outcome, tried.attempts)
        if reason is None:
            self._later(wait_s, tried)
        elif letter_container(properties) is not None:
            self._at(DEAD_LETTER_DELAY_S, lambda: bury(self._cloud, tried, subscription, reason))

    def _post(self, delivery: Delivery, subscription: Document) -> str:
        properties = subscription.body["properties"]
        url = delivery_url(subscription, self._cloud.store)
        if url is None:
            return "NotFound"
        schema = properties.get("eventDeliverySchema") or EVENT_GRID_SCHEMA
        event = delivery.event.written_in(schema)
        cloud_event = schema == CLOUD_EVENT_SCHEMA
        media_type = "application/cloudevents+json" if cloud_event else "application/json"
        headers = {
            "Content-Type": f"{media_type}; charset=utf-8",
            "aeg-event-type": "Notification",
            "aeg-subscription-name": subscription.id.name.upper(),
            "aeg-delivery-count": str(delivery.attempts),
            "aeg-data-version": delivery.event.data_version,
            "aeg-metadata-version": "1",
            "aeg-output-event-id": str(uuid.uuid4()),
        }
        outcome, _ = self._wire.post(url, event if cloud_event else [event], headers)
        _LOG.debug("event %s posted to %s: %s", delivery.event.id, shown(url), outcome)
        return outcome
