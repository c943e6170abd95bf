"""The story of a version that waited too long."""

from fake_orchestration import FakeContext, drive
from imagegate.flows.give_up import give_up


def test_status_is_closed_as_an_error() -> None:
    """Nothing was learnt about the image, and the status says for how long it was tried."""
    job = {"image_version_id": "v", "limit_s": 86400, "repository": "acme/images", "commit": "0123456"}
    ctx = FakeContext({"post_status": {}})

    assert drive(ctx, give_up(ctx, job)) == {"posted": True}

    ((_, status),) = ctx.calls
    assert status["state"] == "error"
    assert "24h" in status["description"]
