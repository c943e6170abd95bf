"""Whether the Function that verifies is alive."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from fake_blobs import FakeBlobs
from fake_wire import Answer, Wire, cloud_on
from imagegate.model.gate_heartbeat import GateHeartbeat
from imagegate.steps.check_heartbeat import check_heartbeat

FOUNDATION = ".*/deployments/imagegate-foundation"
URL = "https://gate.example/heartbeat"


@pytest.fixture
def blobs(wire: Wire) -> FakeBlobs:
    """A foundation with the container."""
    outputs = {"heartbeatContainerUrl": {"type": "string", "value": URL}}
    wire.on("GET", FOUNDATION, Answer(body={"properties": {"provisioningState": "Succeeded", "outputs": outputs}}))
    return FakeBlobs(wire, "heartbeat")


def beat(blobs: FakeBlobs, age: timedelta) -> None:
    """The Function's last heartbeat."""
    heartbeat = GateHeartbeat(at=datetime.now(UTC) - age)
    blobs.write("/heartbeat/heartbeat.json", json.dumps(heartbeat.to_json()).encode())


def test_alive(wire: Wire, blobs: FakeBlobs) -> None:
    """A fresh heartbeat is no warning."""
    beat(blobs, timedelta(minutes=9))

    assert check_heartbeat(cloud_on(wire), "rg") is None


def test_silent(wire: Wire, blobs: FakeBlobs) -> None:
    """An old one is a warning of one line."""
    beat(blobs, timedelta(hours=2, minutes=1))

    warning = check_heartbeat(cloud_on(wire), "rg")

    assert warning is not None
    assert "for 2h1m" in warning
    assert "\n" not in warning


def test_no_function(wire: Wire, blobs: FakeBlobs) -> None:
    """Without a heartbeat there is no Function, and nothing to warn of."""
    assert check_heartbeat(cloud_on(wire), "rg") is None


def test_foundation_of_an_older_release(wire: Wire) -> None:
    """Where there is no such container nobody is warned."""
    wire.on("GET", FOUNDATION, Answer(body={"properties": {"provisioningState": "Succeeded", "outputs": {}}}))

    assert check_heartbeat(cloud_on(wire), "rg") is None


def test_may_not_read(wire: Wire, blobs: FakeBlobs) -> None:
    """Who may not read it builds all the same."""
    blobs.refusals["GET", "heartbeat"] = Answer(status=403, headers={"x-ms-error-code": "AuthorizationFailure"})

    assert check_heartbeat(cloud_on(wire), "rg") is None
