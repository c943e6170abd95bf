"""Outcomes in Event Grid's words."""

import socket

import pytest

from localazure.events import wire as wire_module
from localazure.events.wire import Wire, outcome_of


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "OK"),
        (202, "Accepted"),
        (204, "NoContent"),
        (203, "NonAuthoritativeInformation"),
        (404, "NotFound"),
        (500, "InternalServerError"),
        (799, "Status799"),
    ],
)
def test_status_has_a_name(status: int, outcome: str) -> None:
    """Statuses are told by name, as dead letters have them."""
    assert outcome_of(status) == outcome


def test_nobody_there_is_unreachable() -> None:
    """An endpoint that cannot be reached is an outcome, not an error."""
    wire = Wire()

    assert wire.post("https://127.0.0.1:9/", {}, {}) == ("Unreachable", "")
    assert wire.options("https://127.0.0.1:9/", {}) == ("Unreachable", {})
    wire.close()


def test_silent_endpoint_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes the connection and says nothing has timed out once the window has passed."""
    monkeypatch.setattr(wire_module, "ANSWER_WINDOW_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wire = Wire()

        outcome, _ = wire.post(f"http://127.0.0.1:{silent.getsockname()[1]}/", {}, {})

        wire.close()
    assert outcome == "TimedOut"


def test_window_is_the_documented_one() -> None:
    """Event Grid waits 30 seconds for an answer."""
    assert wire_module.ANSWER_WINDOW_S == 30
