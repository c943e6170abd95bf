"""The verdict as an event for others."""

import pytest
import requests

from build_events import VERSION
from fake_wire import Answer, Wire, cloud_on
from imagegate.model import TeardownResult
from imagegate.model.verification import Cause, Verification
from imagegate.steps.publish_verdict import publish_verdict

_ENDPOINT = "https://topic.westeurope-1.eventgrid.azure.net/api/events"


def _job(cause: Cause) -> dict[str, object]:
    found = Verification(
        image_version_id=VERSION, run="0123", cause=cause, reason="because", teardown=TeardownResult.COMPLETE
    )
    return found.to_json()


@pytest.mark.parametrize(
    ("cause", "kind"), [(Cause.NONE, "Passed"), (Cause.IMAGE, "Failed"), (Cause.CAPACITY, "Inconclusive")]
)
def test_verdict_is_published_as_a_cloud_event(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, cause: Cause, kind: str
) -> None:
    """The event's type is the verdict, its subject the version; published twice it has the same id."""
    monkeypatch.setattr(requests.Session, "get_adapter", lambda *_, **__: wire)
    wire.on("POST", "/api/events", Answer())

    for _ in range(2):
        assert publish_verdict(cloud_on(wire), _job(cause), endpoint=_ENDPOINT) == {"published": True}

    ((first,), (second,)) = (seen.json for seen in wire.seen)
    assert first["type"] == f"ImageGate.ImageVersion.{kind}"
    assert first["subject"] == VERSION
    assert first["specversion"] == "1.0"
    assert first["id"] == second["id"]
    assert wire.seen[0].headers["Authorization"] == "Bearer token"


def test_without_a_topic_nothing_is_published(wire: Wire) -> None:
    """Publishing is a wish of the settings."""
    assert publish_verdict(cloud_on(wire), _job(Cause.NONE), endpoint="") == {"published": False}
    assert wire.seen == []
