"""Events in both schemas."""

import json
from pathlib import Path
from typing import Any

import pytest

from localazure.events.event import CLOUD_EVENT_SCHEMA, EVENT_GRID_SCHEMA, BadEvent, Event

_KINDS = ("resource_action_success", "resource_write_failure", "resource_action_cancel")


def _sample(corpus: Path, schema: str, name: str) -> dict[str, Any]:
    path = corpus / "event-samples" / "rest-specs" / "Resources" / schema / f"{name}.json"
    return dict(json.loads(path.read_text()))


@pytest.mark.parametrize("name", _KINDS)
def test_published_samples_of_both_schemas_are_one_event(corpus: Path, name: str) -> None:
    """What is read from the one sample is written as the other, to the last field."""
    grid, cloud = (_sample(corpus, schema, name) for schema in ("event-grid-schema", "cloud-events-schema"))

    event = Event.from_event_grid(grid, topic=grid["topic"])

    assert event.written_in(EVENT_GRID_SCHEMA) == grid
    assert event.written_in(CLOUD_EVENT_SCHEMA) == cloud


def test_extensions_of_a_cloud_event_survive(corpus: Path) -> None:
    """Attributes that the specification does not name come out as they went in."""
    cloud = {**_sample(corpus, "cloud-events-schema", _KINDS[0]), "traceparent": "00-1-2-01"}

    assert Event.from_cloud_event(cloud).to_cloud_event() == cloud


@pytest.mark.parametrize("missing", ["id", "subject", "eventType", "eventTime", "dataVersion"])
def test_incomplete_event_is_named(corpus: Path, missing: str) -> None:
    """A published event without a required property is refused with its name."""
    body = _sample(corpus, "event-grid-schema", _KINDS[0])
    del body[missing]

    with pytest.raises(BadEvent, match=missing):
        Event.from_event_grid(body, topic="t")


@pytest.mark.parametrize("missing", ["id", "source", "type", "specversion"])
def test_incomplete_cloud_event_is_named(corpus: Path, missing: str) -> None:
    """As above, for CloudEvents."""
    body = _sample(corpus, "cloud-events-schema", _KINDS[0])
    del body[missing]

    with pytest.raises(BadEvent, match=missing):
        Event.from_cloud_event(body)
