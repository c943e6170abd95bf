"""The promotion of a version whose proof came late."""

from typing import Any

import pytest

from fake_orchestration import FakeContext, drive
from imagegate.flows.promote_late import promote_late

JOB = {
    "image_version_id": "/subscriptions/s",
    "published_at": "2026-11-20T10:00:00+00:00",
    "verdict": "passed",
    "may_promote": True,
    "limit_s": 0,
    "image": "web",
    "repository": "acme/images",
    "commit": "0123456",
}


def decision(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - any part
    """What the decision comes to."""
    return {"speaks": True, "promoted": True, "reason": "", "claims": {}, **parts}


@pytest.mark.parametrize(
    ("parts", "description"),
    [
        (
            {"promotion": "Promoted: latest resolves to it."},
            "Passed: it booted and answered. Promoted: latest resolves to it.",
        ),
        (
            {"promoted": False, "reason": "older than latest"},
            "Passed: it booted and answered. Not promoted: older than latest.",
        ),
    ],
    ids=["promoted", "older"],
)
def test_commit_turns_green(parts: dict[str, Any], description: str) -> None:
    """The status that was closed for want of a proof shows the verdict, and what became of it."""
    ctx = FakeContext({"decide_promotion": decision(**parts), "post_status": {}})

    assert drive(ctx, promote_late(ctx, JOB)) == decision(**parts)

    status = ctx.calls[-1][1]
    assert (status["context"], status["state"], status["description"]) == (
        "imagegate/verify (web)",
        "success",
        description,
    )
    assert (status["subjects"], status["only_pending"]) == (["/subscriptions/s"], False)


def test_proof_that_went_away() -> None:
    """Without a good proof nothing is written."""
    ctx = FakeContext({"decide_promotion": decision(speaks=False, promoted=False, reason="no proof")})

    drive(ctx, promote_late(ctx, JOB))

    assert ctx.names() == ["decide_promotion"]
