"""The story of a version that waited too long."""

from fake_orchestration import FakeContext, drive
from imagegate.flows.give_up import give_up


def test_status_is_closed_as_an_error() -> None:
    """Nothing was learnt about the image, and the status says for how long it was tried."""
    job = {"image_version_id": "v", "limit_s": 86400, "repository": "acme/images", "commit": "0123456", "image": "web"}
    ctx = FakeContext({"post_status": {}})

    assert drive(ctx, give_up(ctx, job)) == {"posted": True}

    ((_, status),) = ctx.calls
    assert (status["context"], status["state"], status["subjects"]) == ("imagegate/verify (web)", "error", ["v"])
    assert status["only_pending"]  # a version's tags are claims: they close nothing else
    assert "24h" in status["description"]


def test_build_that_never_ended_is_closed_in_its_own_context() -> None:
    """A status that the job opened and left behind is closed where it was opened."""
    job = {"limit_s": 3600, "repository": "acme/images", "commit": "0123456", "context": "imagegate/build (web)"}
    ctx = FakeContext({"post_status": {}})

    drive(ctx, give_up(ctx, job))

    ((_, status),) = ctx.calls
    assert (status["context"], status["state"]) == ("imagegate/build (web)", "error")
    assert "within 1h" in status["description"]
