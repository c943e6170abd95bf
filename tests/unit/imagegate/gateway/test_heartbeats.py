"""The container of the Function's heartbeat."""

from datetime import UTC, datetime

import pytest

from fake_blobs import FakeBlobs
from fake_wire import Answer, Wire, cloud_on
from imagegate.errors import NotAuthorised
from imagegate.gateway.blobs import Container
from imagegate.gateway.heartbeats import read_heartbeat, write_heartbeat
from imagegate.model.gate_heartbeat import GateHeartbeat

BEAT = GateHeartbeat(at=datetime(2026, 11, 21, 12, tzinfo=UTC), started={"closings": 1})


@pytest.fixture
def blobs(wire: Wire) -> FakeBlobs:
    """An account with the container."""
    return FakeBlobs(wire, "heartbeat")


@pytest.fixture
def container(wire: Wire, blobs: FakeBlobs) -> Container:
    """The container."""
    return Container(cloud_on(wire), "https://gate.example/heartbeat")


def test_the_last_one_counts(container: Container, blobs: FakeBlobs) -> None:
    """One blob is written over and over."""
    write_heartbeat(container, GateHeartbeat(at=datetime(2026, 11, 21, 11, tzinfo=UTC)))
    write_heartbeat(container, BEAT)

    assert read_heartbeat(container) == BEAT
    assert list(blobs.blobs) == ["/heartbeat/heartbeat.json"]


def test_none_yet(container: Container) -> None:
    """Where no Function ever looked there is none."""
    assert read_heartbeat(container) is None


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"{}", b'{"at": 1}', b"\xff", b"[" * 5000])
def test_anything_else(container: Container, blobs: FakeBlobs, content: bytes) -> None:
    """What cannot be understood counts as none: a build goes on."""
    blobs.write("/heartbeat/heartbeat.json", content)

    assert read_heartbeat(container) is None


def test_may_not_read(container: Container, blobs: FakeBlobs) -> None:
    """A refusal is an error."""
    blobs.refusals["GET", "heartbeat"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})

    with pytest.raises(NotAuthorised):
        read_heartbeat(container)
