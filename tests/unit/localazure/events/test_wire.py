"""Outcomes in Event Grid's words."""

import pytest

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
