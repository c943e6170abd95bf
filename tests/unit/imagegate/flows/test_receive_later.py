"""Waiting for what an event spoke of too early, driven by hand."""

from typing import Any

from fake_orchestration import FakeContext, drive
from imagegate.flows.receive_later import receive_later

JOB: dict[str, Any] = {"id": "1", "limit_s": 3600}


def test_waits_until_it_can_be_handled() -> None:
    """It looks again, with growing pauses, until the event could be handled."""
    early = {"early": "not over"}
    ctx = FakeContext({"receive_again": [early, early, {"early": ""}]})
    began = ctx.current_utc_datetime

    assert drive(ctx, receive_later(ctx, JOB)) == {"early": ""}

    assert len(ctx.calls) == 3
    assert (ctx.current_utc_datetime - began).total_seconds() == 15 + 22.5 + 33.75


def test_gives_up_at_its_limit() -> None:
    """What never comes to rest is left to the timer that looks at everything."""
    ctx = FakeContext({"receive_again": {"early": "not over"}})
    began = ctx.current_utc_datetime

    assert drive(ctx, receive_later(ctx, JOB)) == {"early": "not over"}

    assert 3600 <= (ctx.current_utc_datetime - began).total_seconds() < 3600 + 300


def test_failure_is_asked_again() -> None:
    """A look that failed is no end of the waiting."""
    ctx = FakeContext({"receive_again": [RuntimeError("boom"), {"early": ""}]})

    assert drive(ctx, receive_later(ctx, JOB)) == {"early": ""}
